"""The sandbox's clock: real time plus a movable offset, in whole seconds, UTC."""

from datetime import UTC, datetime, timedelta

from iamlab.services.callers import World


def now(world: World) -> datetime:
    return (datetime.now(UTC) + timedelta(seconds=world.clock_offset)).replace(microsecond=0)


def moment(epoch: int | float | None) -> datetime | None:
    return None if epoch is None else datetime.fromtimestamp(epoch, UTC)


def iso(when: datetime) -> str:
    """As CloudTrail and the condition keys write it: 2026-11-24T09:00:00Z."""
    return when.isoformat()[:19] + "Z"  # as strftime writes it, in a third of the time
