"""The configuration tree, one for driver and client: every key with its default, limits, unit and meaning."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

PORT_PATTERN = r"(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6(?:[0-4][0-9]{3}|5(?:[0-4][0-9]{2}|5(?:[0-2][0-9]|3[0-5]))))"
"""1 to 65535, as a pattern: so that the limit stands in the tree with all the others."""


class Site(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the observatory stands."""

    latitude_deg: Annotated[float, Meta(ge=-90.0, le=90.0, description="latitude in degrees, north positive")] = 44.15
    longitude_deg: Annotated[float, Meta(ge=-180.0, le=180.0, description="longitude in degrees, east positive")] = 5.23
    elevation_m: Annotated[float, Meta(ge=-500.0, le=9000.0, description="height above sea level in metres")] = 200.0


class Dome(Struct, frozen=True, forbid_unknown_fields=True):
    """What the dome looks like."""

    radius_m: Annotated[float, Meta(gt=0.1, le=50.0, description="inner radius of the dome in metres")] = 1.20
    slit_width_m: Annotated[float, Meta(gt=0.01, le=50.0, description="clear width of the slit in metres")] = 0.60
    tube_diameter_m: Annotated[
        float, Meta(gt=0.0, le=20.0, description="outer diameter of the telescope tube in metres")
    ] = 0.25
    rate_deg_min: Annotated[
        float,
        Meta(
            gt=0.1,
            le=3600.0,
            description="how fast the dome turns in degrees per minute; for the client, the driver knows its motor",
        ),
    ] = 40.0
    park_azimuth_deg: Annotated[
        float, Meta(ge=0.0, lt=360.0, description="azimuth of the park position in degrees, north through east")
    ] = 0.0
    cable_turns: Annotated[
        float,
        Meta(ge=0.0, le=20.0, description="turns either way that the cables to the dome allow; 0 without a limit"),
    ] = 0.0


class Motor(Struct, frozen=True, forbid_unknown_fields=True):
    """How motor steps become dome turns."""

    steps_per_turn: Annotated[int, Meta(ge=1, le=100_000, description="full steps per turn of the motor's shaft")] = 200
    microsteps: Annotated[int, Meta(ge=1, le=256, description="pulses per full step, as set on the drive")] = 4
    gear_ratio: Annotated[
        float, Meta(gt=0.0, le=1e6, description="turns of the motor for one turn of the dome, by the data sheets")
    ] = 2230.0
    gear_correction: Annotated[
        float, Meta(ge=0.5, le=2.0, description="measured ratio divided by the nominal gear_ratio, no unit")
    ] = 1.08849
    step_interval_us: Annotated[
        float,
        Meta(ge=10.0, le=100_000.0, description="time between two step pulses at full speed in microseconds"),
    ] = 260.0
    acceleration_steps_s2: Annotated[
        float, Meta(gt=0.0, le=1e7, description="ramp up and down in steps per second squared")
    ] = 4000.0
    backlash_deg: Annotated[
        float,
        Meta(
            ge=0.0,
            le=20.0,
            description="largest play of the drive when it reverses, in degrees of the dome; more counts as a stall",
        ),
    ] = 0.5
    direction_sign: Annotated[
        Literal[1, -1], Meta(description="1, or -1 where a positive direction turns the dome towards smaller azimuths")
    ] = 1


class Encoder(Struct, frozen=True, forbid_unknown_fields=True):
    """The wheel encoder that rolls on the dome's ring."""

    wheel_mm: Annotated[float, Meta(gt=0.0, le=10_000.0, description="diameter of the wheel in millimetres")] = 50.0
    ring_mm: Annotated[
        float, Meta(gt=0.0, le=100_000.0, description="diameter of the ring the wheel rolls on in millimetres")
    ] = 2303.0
    counts_per_turn: Annotated[int, Meta(ge=2, le=65_536, description="counts per turn of the encoder")] = 1024
    sign: Annotated[Literal[1, -1], Meta(description="1, or -1 where the counts fall while the azimuth grows")] = 1


class Home(Struct, frozen=True, forbid_unknown_fields=True):
    """The home switch."""

    azimuth_deg: Annotated[
        float, Meta(ge=0.0, lt=360.0, description="azimuth of the middle of the switch's cam in degrees")
    ] = 45.0
    width_deg: Annotated[
        float, Meta(gt=0.0, le=90.0, description="arc over which the switch stays closed in degrees")
    ] = 2.0


class Motion(Struct, frozen=True, forbid_unknown_fields=True):
    """How a move ends and how often it is reported."""

    tolerance_deg: Annotated[
        float, Meta(gt=0.0, le=10.0, description="error at which a move counts as arrived in degrees")
    ] = 0.05
    polling_period_ms: Annotated[
        int, Meta(ge=10, le=600_000, description="time between two reports of the position in milliseconds")
    ] = 1000


class HardwareChoice(Struct, frozen=True, forbid_unknown_fields=True):
    """What turns the dome."""

    backend: Annotated[Literal["simulator"], Meta(description="the backend that drives motor, encoder and switch")] = (
        "simulator"
    )


class Simulator(Struct, frozen=True, forbid_unknown_fields=True):
    """The simulated dome, used while hardware.backend is "simulator"."""

    speed_factor: Annotated[
        float, Meta(ge=0.1, le=100.0, description="simulated seconds per real second; 1 is real time")
    ] = 1.0
    start_azimuth_deg: Annotated[
        float, Meta(ge=0.0, lt=360.0, description="azimuth at which the dome stands at the start in degrees")
    ] = 0.0
    start_lost: Annotated[bool, Meta(description="true: the dome does not know its azimuth until it is synced")] = False
    backlash_deg: Annotated[
        float, Meta(ge=0.0, le=10.0, description="play of the drive when it reverses, in degrees of the dome")
    ] = 0.15
    slip_fraction: Annotated[
        float, Meta(ge=0.0, le=0.9, description="share of the steps lost by the belt, 0 none, 0.1 one in ten")
    ] = 0.0
    encoder_noise_counts: Annotated[
        float, Meta(ge=0.0, le=100.0, description="standard deviation of the encoder's noise in counts")
    ] = 0.3
    seed: Annotated[int, Meta(ge=0, le=2**32 - 1, description="start of the random numbers: same seed, same run")] = 1
    trace_file: Annotated[
        str,
        Meta(max_length=4096, description="file that receives a line for every train of step pulses; empty for none"),
    ] = ""


class Abaque(Struct, frozen=True, forbid_unknown_fields=True):
    """The measured table that says where the slit must be."""

    file: Annotated[
        str,
        Meta(
            max_length=4096,
            description="the table, sought beside this file and then among the delivered data; empty for none",
        ),
    ] = "Loi_coupole.xlsx"
    model: Annotated[
        Literal["auto", "geometry", "table", "reference", "measurements"],
        Meta(
            description="auto: the geometry when it fits the table well, else the table; geometry: sphere and offsets "
            "fitted to the table; table: interpolation in it; reference: a lookup that knows no pier side, to compare; "
            "measurements: the lengths entered in the INDI panel"
        ),
    ] = "auto"


class Slaving(Struct, frozen=True, forbid_unknown_fields=True):
    """How the dome follows the mount."""

    mount: Annotated[str, Meta(min_length=1, max_length=63, description="INDI name of the mount to follow")] = (
        "Telescope Simulator"
    )
    rule: Annotated[
        Literal["clearance", "threshold"],
        Meta(
            description="clearance: the dome moves by the beam's distance from the middle of the slit; "
            "threshold: by threshold_deg alone"
        ),
    ] = "clearance"
    move_share: Annotated[
        float,
        Meta(ge=0.05, le=0.9, description="share of the free play beside the beam at which the dome moves, 0 to 1"),
    ] = 0.25
    largest_error_deg: Annotated[
        float, Meta(ge=1.0, le=90.0, description="error at which the dome moves at the latest, in degrees")
    ] = 15.0
    threshold_deg: Annotated[float, Meta(ge=0.0, le=90.0, description="dead band of the threshold rule in degrees")] = (
        0.5
    )
    flip_time: Annotated[
        Literal["unknown", "known"],
        Meta(
            description="known: the mount flips by itself at flip_hour_angle_min; "
            "unknown: the dome waits until the mount begins"
        ),
    ] = "unknown"
    flip_hour_angle_min: Annotated[
        float,
        Meta(ge=-60.0, le=240.0, description="where the mount flips by itself, in minutes past the meridian"),
    ] = 0.0
    flip_latest_min: Annotated[
        float,
        Meta(
            ge=0.0,
            le=240.0,
            description="a flip is waited for until this many minutes past the meridian; 0: none is waited for",
        ),
    ] = 30.0
    lean_margin_mm: Annotated[
        float,
        Meta(
            ge=0.0, le=1000.0, description="what stays free beside the beam while a flip is waited for, in millimetres"
        ),
    ] = 15.0
    mount_side: Annotated[
        Literal["reported", "inverted"],
        Meta(description="inverted where the mount's driver reports the wrong side of the pier"),
    ] = "reported"
    stale_after_s: Annotated[
        float, Meta(gt=0.0, le=86_400.0, description="age at which the mount's data no longer counts, in seconds")
    ] = 30.0


class Client(Struct, frozen=True, forbid_unknown_fields=True):
    """The standalone client, indi-dome."""

    server: Annotated[
        str,
        Meta(
            pattern=rf"^[^\s:]+:{PORT_PATTERN}$",
            max_length=260,
            description="INDI server as HOST:PORT, port 1 to 65535",
        ),
    ] = "localhost:7624"


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole observatory. Each default is the reference observatory's."""

    device_name: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=63,
            pattern=r"^\S(.*\S)?$",
            description="name of the dome in INDI, 1 to 63 characters without blanks at the ends",
        ),
    ] = "Abaque Dome"
    site: Site = field(default_factory=Site)
    dome: Dome = field(default_factory=Dome)
    motor: Motor = field(default_factory=Motor)
    encoder: Encoder = field(default_factory=Encoder)
    home: Home = field(default_factory=Home)
    motion: Motion = field(default_factory=Motion)
    hardware: HardwareChoice = field(default_factory=HardwareChoice)
    simulator: Simulator = field(default_factory=Simulator)
    abaque: Abaque = field(default_factory=Abaque)
    slaving: Slaving = field(default_factory=Slaving)
    client: Client = field(default_factory=Client)
