"""Judges step 3: clients of the learner's server that go in every way there is."""

from lessons.step03_goodbye.check_answers import answers, tells_the_client
from lessons.step03_goodbye.check_goodbyes import (
    lets_go,
    lets_go_after_much,
    rests,
    survives_a_reset,
)
from lessons.step03_goodbye.check_lines import any_cut, keeps_little, limits, still_cuts
from lessons.step03_goodbye.check_talk import never_waits_for_more, says_how, sends_back

CHECKS = (
    answers,
    lets_go,
    lets_go_after_much,
    rests,
    survives_a_reset,
    still_cuts,
    limits,
    keeps_little,
    any_cut,
    sends_back,
    never_waits_for_more,
    tells_the_client,
    says_how,
)
