"""The mutants: small, plausible mistakes, each with the tests that have to notice it.

A mutant is an exact piece of source and what stands there instead. `make mutants` puts each one
into a copy of the tree and demands that every test it names turns red.
"""

from dataclasses import dataclass

T01 = "tests/chaos/test_chaos.py::" + (
    "test_nothing_is_lost_and_nothing_is_twice_while_everything_is_killed_in_turn"
)
T02 = "tests/chaos/test_lost_answers.py"
T03 = "tests/workflows/test_start.py"
T04 = "tests/e2e/test_faults.py::test_a_sweeper_that_dies_after_delivering_delivers_nothing_twice"
T07 = "tests/chaos/test_worker_dies.py::" + (
    "test_a_page_whose_worker_died_while_it_was_handed_over_goes_out_again_soon"
)
T08 = "tests/workflows/test_doors.py::" + (
    "test_two_people_on_one_step_and_the_second_hears_who_was_first"
)
T32 = "tests/api/test_forgotten.py"
BETWEEN = "tests/e2e/test_faults.py::" + (
    "test_a_worker_that_dies_between_commit_and_task_forks_nothing[False]"
)
INSIDE = "tests/activities/test_outgoing.py::test_no_form_of_an_address_leads_inside_t17"
BACK_DOOR = "tests/api/test_late_doors.py::" + (
    "test_what_was_refused_at_the_back_door_is_refused_at_the_front_door_too"
)
LATE_REPEAT = "tests/api/test_publications.py::" + (
    "test_a_late_repeat_is_answered_as_before_and_turns_nothing_back"
)
NOT_OVER = "tests/api/test_performance.py::test_what_is_not_over_is_counted_apart"
TALKED = "tests/activities/test_second_reader.py::" + (
    "test_nobody_is_talked_into_a_mood_that_is_not_there_t25"
)
QUOTED = "tests/api/test_alerts.py::test_quoted_words_and_our_own_are_not_the_customers"
TEAM = "tests/api/test_alerts.py::" + ("test_words_of_leaving_alert_the_team_that_keeps_customers")
HOLD = "tests/domain/test_alerts.py::" + (
    "test_a_hold_moves_a_clock_and_alerts_nobody_anew_of_what_was_missed"
)
PERSONAL = "tests/api/test_guidance.py::test_what_is_personal_does_not_leave_the_house"
ALLOW = "WorkflowIDReusePolicy.ALLOW_DUPLICATE"


@dataclass(frozen=True)
class Edit:
    """One place in the source, and what stands there instead."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """One mistake."""

    name: str
    edits: tuple[Edit, ...]
    caught_by: tuple[str, ...]
    """Tests; each of them has to turn red."""


MUTANTS = (
    Mutant(
        "state set in run()",
        (
            Edit(
                "workflows/escalation.py",
                "        projecting = asyncio.create_task(self._project())\n",
                "        self._case = LivingCase(start, workflow.now())\n"
                "        projecting = asyncio.create_task(self._project())\n",
            ),
        ),
        (T03,),
    ),
    Mutant(
        "a step can end twice",
        (
            Edit("domain/working.py", "    if run.ended:\n", "    if run.id == '':\n"),
            Edit(
                "domain/working.py",
                "    if run.status is not StepStatus.OPEN:\n",
                "    if run.status is not StepStatus.OPEN and not run.ended:\n",
            ),
        ),
        (T08, T01),
    ),
    Mutant(
        "the sweeper is off",
        (Edit("api/sweeper.py", "await self.sweep()\n", "await asyncio.sleep(0)\n"),),
        (T04,),
    ),
    Mutant(
        "another operation id at each retry",
        (
            Edit(
                "api/acceptance.py",
                "    return await _ask(parts, earlier.escalation_id, earlier.number,"
                " earlier.payload)\n",
                '    again = earlier.payload.model_copy(update={"op_id": new_id()})\n'
                "    return await _ask(parts, earlier.escalation_id, earlier.number, again)\n",
            ),
        ),
        (T02,),
    ),
    Mutant(
        "sent is written down before it is handed over",
        (
            Edit(
                "activities/delivery.py",
                "            await self.post_office.hand_over(ready)\n",
                "            await self._end(order, DeliveryStatus.SENT, None, ready)\n"
                "            await self.post_office.hand_over(ready)\n",
            ),
        ),
        (T02,),
    ),
    Mutant(
        "a projection without a guard on the number",
        (
            Edit(
                "activities/projection.py",
                "[event for event in batch.events if event.seq > version]",
                "list(batch.events)",
            ),
        ),
        (BETWEEN, T01, T02),  # T01 waits two minutes for quiet, and then names what is missing
    ),
    Mutant(
        "a workflow id may be used again, and the inbox does not answer",
        (
            Edit("workflows/client.py", "WorkflowIDReusePolicy.REJECT_DUPLICATE", ALLOW),
            Edit("api/acceptance.py", "    if earlier.answer is not None:\n", "    if False:\n"),
        ),
        (T32,),
    ),
    Mutant(
        "only private addresses are refused",
        (
            Edit(
                "activities/adapters/outgoing.py",
                "return meant.is_global and not (",
                "return not meant.is_private and not (",
            ),
        ),
        (INSIDE,),
    ),
    Mutant(
        "a no by signal is a yes by update",
        (
            Edit(
                "api/acceptance.py",
                'if receipt.status == "rejected":  # the sweeper',
                "if False:  # the sweeper",
            ),
        ),
        (BACK_DOOR,),
    ),
    Mutant(
        "a delivery gives no sign of life",
        (
            Edit(
                "workflows/escalation.py",
                "            heartbeat_timeout=options.DELIVER_HEARTBEAT,\n",
                "",
            ),
        ),
        (T07,),
    ),
    Mutant(
        "a publication forgets its key",
        (
            Edit(
                "api/routes/publications.py",
                "        made = await publications.find(connection, who.actor.key, key)\n"
                "        if made is None:\n",
                "        made = await publications.find(connection, who.actor.key, key)\n"
                "        if made is not None:\n"
                "            await playbooks.make_current(connection, found.ref, by=who.actor.id)\n"
                "        else:\n",
            ),
        ),
        (LATE_REPEAT,),
    ),
    Mutant(
        "what is not over is measured",
        (
            Edit(
                "models/store/repositories/performances.py",
                "    measured = _C.left.is_(False)\n",
                "    measured = _C.left.is_not(True)\n",
            ),
        ),
        (NOT_OVER,),
    ),
    Mutant(
        "a language model is believed however far it is from our own reading",
        (
            Edit(
                "domain/sentiment.py", "ORDER.index(theirs)) > 1:\n", "ORDER.index(theirs)) > 9:\n"
            ),
        ),
        ("tests/domain/test_settled.py", f"{TALKED}[100]"),
    ),
    Mutant(
        "what is quoted counts as the customer's words",
        (Edit("activities/readings.py", "split_reply(text)[0].strip()", "text.strip()"),),
        (QUOTED,),
    ),
    Mutant(
        "anybody answers the alert of a team",
        (
            Edit(
                "api/routes/alerts.py",
                "        if not (leads or ",
                "        if False and not (leads or ",
            ),
        ),
        (TEAM,),
    ),
    Mutant(
        "a hold alerts anew of what was missed",
        (Edit("domain/alerts.py", "{clock.set_in or clock.epoch}", "{clock.epoch}"),),
        (HOLD,),
    ),
    Mutant(
        "what is personal goes to the language model",
        (
            Edit(
                "domain/prompting.py",
                "redact_all(texts, _with_people(known, facts))",
                "redact_all(texts, KnownFields())",
            ),
        ),
        (PERSONAL,),
    ),
)

NOT_YET = {
    "a scope join removed from one route (T13)": "There is one team: no route joins a scope.",
    "`except SignatureVerificationError` only (T19)": "Nobody pays yet: no webhook comes in.",
    "a denominator without maturity (T38)": "There are no offers, so nobody counts conversions.",
    "a z-test with daily looks (T37)": "There are no experiments.",
}
"""Mutants of the reliability table that have nothing to be put into."""

NOT_BY = {
    "sent is written down before it is handed over (T27)": "Nobody pays yet: no ledger of payments"
    " is folded. T02 finds it.",
    "the sweeper is off (T30)": "Tried, and green: the auditor's tests in one process have no"
    " sweeper, and in those with real processes nothing waits for one. T04 finds it.",
}
"""Tests that the table names for a mutant, and why others of that mutant stand here instead."""
