"""How fast an export goes and when it may be done, in words. Pure: takes the time as it is told."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Pace:
    """`done_before` were done when this export began, so they say nothing of its rate."""

    began_at: datetime
    done_before: int

    def percent(self, done: int, total: int) -> float:
        return 100.0 if total == 0 else round(min(100.0, 100 * done / total), 1)

    def per_second(self, done: int, now: datetime) -> float | None:
        """None as long as nothing can be said."""
        seconds = (now - self.began_at).total_seconds()
        newly = done - self.done_before
        return newly / seconds if newly > 0 and seconds > 0 else None

    def left(self, done: int, total: int, now: datetime) -> timedelta | None:
        rate = self.per_second(done, now)
        return timedelta(seconds=max(0, total - done) / rate) if rate else None

    def in_words(self, done: int, total: int, now: datetime) -> str:
        """Such as "1,200 of 2,000 done, 9.6 a second, 1 min 23 s left"."""
        words = [f"{done:,} of {total:,} done"]
        rate, left = self.per_second(done, now), self.left(done, total, now)
        if rate is not None and left:
            words += [f"{rate:.1f} a second", f"{duration_in_words(left)} left"]
        return ", ".join(words)


def duration_in_words(duration: timedelta) -> str:
    """To the second below an hour, to the minute above."""
    minutes, seconds = divmod(round(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
