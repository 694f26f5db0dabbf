"""The table as an instrument: what `indi-dome abaque` prints, draws and writes."""
