"""A tester for any INDI dome: it drives the dome over the wire and judges what comes back."""
