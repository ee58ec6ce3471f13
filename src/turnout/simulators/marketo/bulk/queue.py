"""jobs + the time -> jobs that wait, run and end: two at once, ten in all, first in first out."""

from typing import Protocol

from msgspec import Struct, field


class Work(Protocol):
    """What a job does when its turn comes."""

    def begin(self, now: float) -> float:
        """Start, and return how many seconds it will take."""
        ...

    def proceed(self, share: float, now: float) -> None:
        """Do the work up to `share` of the whole; 1.0 ends it."""
        ...


class Job(Struct):
    """One job of one API user. Times are in seconds; 0 means not yet."""

    id: str
    user: str
    work: Work
    made_at: float
    status: str = "Created"
    queued_at: float = 0.0
    started_at: float = 0.0
    ends_at: float = 0.0
    finished_at: float = 0.0


class Queue(Struct):
    """All jobs of one kind of queue, in the order in which they were made."""

    running: str
    done: str
    jobs: dict[str, Job] = field(default_factory=dict)
    _free_since: list[float] = field(default_factory=list)

    def held(self) -> list[Job]:
        """Return the jobs that wait or run, first in first."""
        found = [job for job in self.jobs.values() if job.status in {"Queued", self.running}]
        return sorted(found, key=lambda job: job.queued_at)

    def enqueue(self, job: Job, now: float) -> None:
        """Let a job wait for its turn."""
        job.status, job.queued_at = "Queued", now

    def cancel(self, job: Job, now: float) -> None:
        """Take a job out; the place of one that ran is free from now on."""
        if job.status == self.running:
            self._free_since.append(now)
        job.status, job.finished_at = "Cancelled", now

    def advance(self, now: float, at_once: int) -> None:
        """Bring all jobs to where they stand at `now`, with `at_once` places to run in."""
        while True:
            self._start(at_once)
            at_work = [job for job in self.held() if job.status == self.running]
            ending = min(at_work, key=lambda job: job.ends_at, default=None)
            until = min(ending.ends_at, now) if ending else now
            for job in at_work:
                job.work.proceed(_share(job, until), until)
            if ending is None or ending.ends_at > now:
                return
            ending.status, ending.finished_at = self.done, ending.ends_at
            self._free_since.append(ending.ends_at)

    def _start(self, at_once: int) -> None:
        at_work = sum(job.status == self.running for job in self.jobs.values())
        for job in [job for job in self.held() if job.status == "Queued"][: at_once - at_work]:
            place = self._free_since.pop(self._free_since.index(min(self._free_since))) if self._free_since else 0.0
            job.status, job.started_at = self.running, max(job.queued_at, place)
            job.ends_at = job.started_at + job.work.begin(job.started_at)


def _share(job: Job, now: float) -> float:
    takes = job.ends_at - job.started_at
    return min(1.0, (now - job.started_at) / takes) if takes else 1.0
