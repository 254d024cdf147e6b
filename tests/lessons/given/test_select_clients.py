"""What step 12 gives to the learner is also found where it was before."""

from lessons.given import select_clients
from lessons.step12_select import clients


def test_an_older_answer_finds_it_in_its_old_place() -> None:
    names = ["Client", "Clients", "start"]
    assert clients.__all__ == names
    assert all(getattr(clients, n) is getattr(select_clients, n) for n in names)
