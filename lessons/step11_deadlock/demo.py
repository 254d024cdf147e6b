"""Step 11, the demo: two private messages that cross, and a room that stops.

The code is the game's, `lessons/game/level_code/step11_broken.py`.
"""

import threading
import time

from lessons.game.level_code import step11_broken
from lessons.game.level_code.step11_broken import Member, send_private
from lessons.races.order import runs
from lessons.races.scenario import Scenario
from lessons.races.session import Session

RUNS = 1000
PAUSE_S = 0.5


def ann_and_bob() -> tuple[Member, Member]:
    """Return two members who are about to write to each other."""
    return Member("ann"), Member("bob")


def sending(sender: Member, receiver: Member) -> threading.Thread:
    """Return a thread that has begun to send a message."""
    arguments = (sender, receiver, f"hi {receiver.name}")
    thread = threading.Thread(target=send_private, args=arguments, daemon=True)
    thread.start()
    return thread


def run_as_they_like() -> bool:
    """Let two messages cross; return whether they wait for each other."""
    ann, bob = ann_and_bob()
    threads = [sending(ann, bob), sending(bob, ann)]
    for thread in threads:
        thread.join(timeout=1)
    return any(thread.is_alive() for thread in threads)


def in_every_order() -> tuple[int, int]:
    """Return how many orders there are, and in how many both threads stand still.

    It does not show one of these: in the exercise you find it yourself.
    """
    crossing = Scenario(
        ann_and_bob,
        {
            "ann": lambda both: send_private(both[0], both[1], "hi bob"),
            "bob": lambda both: send_private(both[1], both[0], "hi ann"),
        },
        code=[step11_broken],
    )
    with Session(crossing) as session:
        failures = [run.failure for run in runs(session, preemptions=None)]
    deadlocks = [one for one in failures if one and one.kind == "deadlock"]
    return len(failures), len(deadlocks)


class Unlucky(list[str]):
    """A list whose `append` takes just as long as it may not: until both have begun."""

    both = threading.Barrier(2)

    def append(self, text: str) -> None:
        """Append, and let the other thread get as far."""
        super().append(text)
        self.both.wait()


def run_unluckily() -> None:
    """Let the bad moment come, and others write to the two afterwards."""
    ann, bob, carol, dave = (Member(name) for name in ("ann", "bob", "carol", "dave"))
    ann.sent, bob.sent = Unlucky(), Unlucky()
    begun_at, used_before_s = time.monotonic(), time.process_time()
    threads = {}
    for sender, receiver in ((ann, bob), (bob, ann), (carol, ann), (dave, carol)):
        title = f"{sender.name} writes to {receiver.name}"
        print(f"{time.monotonic() - begun_at:.1f} s  {title}", flush=True)
        thread = threads[title] = sending(sender, receiver)
        while thread.is_alive() and not sender.lock.locked():
            time.sleep(0.01)
        time.sleep(0 if sender is ann else PAUSE_S)
    for title, thread in threads.items():
        state = "is still waiting" if thread.is_alive() else "has arrived"
        print(f"{time.monotonic() - begun_at:.1f} s  {title:20} {state}")
    used_s = time.process_time() - used_before_s
    print(f"Processor time used meanwhile: {used_s:.2f} s")


def main() -> None:
    """Try it very often, then in every order, then with bad luck."""
    print(f"{RUNS} runs: ann writes to bob while bob writes to ann.")
    hangs = sum(run_as_they_like() for _ in range(RUNS))
    print(f"They waited for each other {hangs} times.\n")

    print("The race checker lets them cross in every order there is:")
    every, standing_still = in_every_order()
    print(f"{standing_still} of {every} orders end in a deadlock.\n")

    print("Without the race checker, at an unlucky moment:\n")
    run_unluckily()


if __name__ == "__main__":
    main()
