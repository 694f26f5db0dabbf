"""Side of the pier on which the telescope tube hangs."""

from enum import Enum


class PierSide(Enum):
    """Where the tube is, seen from the pier.

    ``WEST`` means that the tube is west of the pier and so, in its normal pose, looks east (hour angle < 0); INDI calls
    it ``PIER_WEST``, "West (pointing east)". ``EAST`` is the mirror image. Drivers disagree about the words, so the
    meaning here is the physical one: it decides to which side of the polar axis the tube is offset. ``NONE`` is a
    telescope without such an offset (fork, or a person's choice to ignore it).

    North and south of the equator alike. The declination axis is carried round the same axis of the Earth by the same
    turn of the sky: six hours before the meridian a tube that counts as west stands above the polar axis (counterweight
    below), on the meridian it is west of it, six hours later below. What changes in the south is the elevated pole, and
    with it where a person stands behind the mount; not east and west.
    """

    WEST = 1
    NONE = 0
    EAST = -1

    @property
    def sign(self) -> int:
        """Give the factor of the tube offset: +1 west, -1 east, 0 none (abaque-science, section 2)."""
        return int(self.value)

    @property
    def other(self) -> "PierSide":
        """Give the side on which a flip puts the tube; none stays none."""
        return PierSide(-self.value)

    @property
    def label(self) -> str:
        """Name the side as people say it."""
        return {1: "west", 0: "none", -1: "east"}[self.value]


def side_from_hour_angle(hour_angle_deg: float) -> PierSide:
    """Tell on which side a German equatorial mount normally holds its tube.

    Args:
        hour_angle_deg: hour angle of the pointing, degrees, positive to the west; any turn.

    Returns:
        ``WEST`` for -180 <= H < 0 (object in the east), else ``EAST``.
    """
    wrapped = (hour_angle_deg + 180.0) % 360.0 - 180.0
    return PierSide.WEST if wrapped < 0.0 else PierSide.EAST
