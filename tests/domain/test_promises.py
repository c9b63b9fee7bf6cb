"""What a customer could hold us to is refused in plain small words too; plain kind talk is not."""

from pathlib import Path

import pytest

from activities.adapters.playbook_files import load_file
from domain.grounding import refusals
from domain.guidance import by_playbook
from models.draft import GuidanceDraft
from models.guidance_facts import GuidanceFacts, StepFacts
from models.playbook import Playbook
from models.step import Step
from tests.domain import doug
from tests.domain.doug import CANARY, NOW

BOOKS = tuple(map(load_file, sorted((Path(__file__).parents[2] / "playbooks").glob("*.yaml"))))


def codes(opening: str, step: str = "call-now", *, at: str | None = None) -> set[str]:
    """Why an opening may not be said at a step of Doug's playbook."""
    changes: dict[str, object] = {"appointment_time": at, "appointment_day": "Tuesday, May 5"}
    draft = doug.draft(
        summary="Doug lost time. He may leave us.",
        opening=opening,
        key_points=("Listen first.",),
        closing="Thank you.",
    )
    facts = doug.facts(step=step, **(changes if at else {}))
    return {one.code.value for one in refusals(draft, facts, NOW, canary=CANARY)}


@pytest.mark.parametrize(
    "opening",
    [
        "You pay nothing for the next visit.", "We will halve your bill.",
        "We will take twenty off your bill.", "We put fifty on your account.",
        "You get your money.", "We will wire you all that you paid.", "We will not charge you.",
        "You get a third off.", "Your next bill is zero.",
        "The next three visits cost you nothing.",
        "Keep the next bill. We pay it.", "We will pay that bill for you.",
        "We will take care of your next bill.", "We send you a check for all you paid.",
        "You will get it all, every cent.", "We strike this bill.", "We will forget this bill.",
        "This bill is gone. You can tear it up.", "There will be no bill for this.",
        "You will see no bill next time.", "We will put the sum on your card.",
        "You can leave your contract at any time.", "You may go at once and pay no more.",
        "We give you your money.", "You have my promise.",
        "You can count on it: it will not happen again.", "We make up for all that you lost.",
        "You get a gift.", "You get a present of fifty.", "We double what you get.",
        "A third less for you.", "You pay half.", "You pay one half less from now on.",
        "Your price stays the same for ever.", "Your price goes down.",
        "We make it cheaper for you.",
        "We do not bill you.", "We will not bill you for this.", "You don't have to pay this.",
        "Please do not say no to a refund.", "It was our mistake.", "We take the blame.",
        "We broke the law here.", "The next three months are our treat.",
        "Your next three visits will not cost you a thing.", "It won't cost you a lot.",
        "I am giving you a year on me.", "We give you two more months.", "The next bill is on me.",
        "Forget what you owe.", "We wipe all that you still owe.", "Strike the debt.",
        "Your contract is now ended, as you asked.", "Your plan has been cancelled.",
        "This account will be closed.", "Your contract is over.",
        "We have sent a new technician to your house.", "I've just booked a man for you.",
        "A new part has been shipped.", "We just fixed it.", "One of us is on the way.",
        "The technician is already at your door.", "Your new part is ordered.",
    ],
)  # fmt: skip
def test_what_costs_us_money_or_guilt_is_a_promise_in_any_words(opening: str) -> None:
    assert "promise" in codes(opening)


@pytest.mark.parametrize(
    "opening",
    [
        "Our man comes at three.", "Our man comes at half past nine.",
        "We come at a quarter past two.", "We will be there within the hour.",
        "You hear from us in an hour.", "You hear from us in a day or two.",
        "We will call you in a fortnight.", "We come on the first.", "We come on the ninth of May.",
        "We come on the weekend.", "It is fixed in the morning.", "It will work by lunch.",
        "We come before the week is out.", "We come the day after.", "We come at six o'clock.",
        "It will be there by Christmas.", "We come in half an hour.", "We come first thing.",
    ],
)  # fmt: skip
def test_a_day_or_a_time_in_words_is_one(opening: str) -> None:
    assert "moment" in codes(opening)


def test_a_time_in_words_that_is_in_the_facts_may_be_said() -> None:
    for opening in (
        "We come on Tuesday at half past nine.", "We come at nine.", "We come on the fifth of May."
    ):  # fmt: skip
        assert codes(opening, at="9:30 am") == set(), opening
        assert "moment" in codes(opening, at="10:45 am") or "nine" not in opening
    assert codes("We come at a quarter to eleven.", at="10:45 am") == set()


@pytest.mark.parametrize(
    "opening",
    ["Bob comes to you.", "Bob knows your home well.", "Bob fixed it.", "I asked and Bob went."],
)
def test_who_does_something_and_is_in_no_fact_is_a_strange_name(opening: str) -> None:
    assert "name" in codes(opening)


@pytest.mark.parametrize("opening", ["It took us twenty tries.", "We have eleven men."])
def test_a_number_in_words_of_ten_or_more_is_an_amount(opening: str) -> None:
    assert codes(opening) == {"amount"}


@pytest.mark.parametrize(
    ("step", "opening"),
    [
        ("goodwill", "I want to add a $50 credit each month."),
        ("goodwill", "I want to add a $50 credit a month."),
        ("goodwill", "I want to add a $50 credit, and one more, and one more."),
        ("goodwill", "I add a $50 credit for each week that you wait."),
        ("goodwill", "You get a $50 credit ten times."),
        ("goodwill", "You get a $50 credit, ten times."),
        ("goodwill", "We add a credit of all you paid."),
        ("goodwill", "We give the whole sum as a credit."),
        ("make-offer", "You get one free month, and then one more."),
        ("make-offer", "You get one free month each year."),
        ("make-offer", "It is all free from now on."),
        ("make-offer", "You get free work for life."),
    ],
)
def test_what_the_step_gives_once_is_not_given_again_and_again(step: str, opening: str) -> None:
    assert "promise" in codes(opening, step)


@pytest.mark.parametrize(
    "opening",
    [
        "Hi Doug, this is Sarah from Bright Homes. I am sorry for the trouble.",
        "Good morning, Doug. Do you have a few minutes for me?",
        "I read your note. You are right to be upset.",
        "You kept your day free, and we let you down. I am sorry.",
        "I want to hear it from you. What was the worst part?",
        "Please tell me the whole story. I will not cut in.",
        "May I ask you one thing first? What would help you most?",
        "You have been with us for 6 years. That means a lot to us.",
        "You waited for us three times. That is not good enough.",
        "I will stay with this until it works. You have my name.",
        "I can see why you want to go. Let me see what I can do.",
        "Take all the time you need. I am here to listen.",
        "I will call you back when I know more.",
        "You do not have to tell it all again. I have it in front of me.",
        "I want to make this right. Will you let me try?",
        "That must have been hard. Thank you for telling me.",
        "One of us should have called you. Nobody did. I am sorry for that.",
        "Let me say it back, so that I have it right.",
        "I have your bill in front of me. Which charge looks wrong to you?",
        "Your time matters. We did not treat it that way.",
        "You can call me day or night. You have my number.",
        "Is this a good time to talk? If not, when may I call back?",
        "Help comes first. We will talk about the rest when you are ready.",
        "I know that you pay us $4,200 a year. You should get good work for that.",
        "We said we would come, and we did not. You had to wait for nothing.",
        "Listening helps more than talking, so I will be quiet now.",
        "At first I thought it was one small thing. It is not, I can see that.",
        "If you want to leave, I will not stop you. I only want to know why.",
        "We made a mistake. Let me look into it with you.",
        "It is the third time since March 3, I know. I would be upset as well.",
        "Before one of us comes to you, I will check that all is set.",
        "I will write down each thing you tell me, word for word.",
        "I have read your note, and I have told nobody else.",
        "We have let you down.",
        "We have kept you waiting. That was not fair.",
        "It is not fair that you had to wait.",
        "I owe you a call, and here I am.",
        "You can count on me.",
        "Is your plan the right one for you?",
        "The bill that you have on file is the old one.",
        "What did our man say when he was at your house?",
        "How long is your contract?",
        "You were sent the wrong part. I am sorry.",
        "Your bill was paid. I can see it.",
        "I see that you were told to wait. Who told you so?",
    ],
)
def test_plain_kind_talk_is_let_through_where_nothing_is_offered(opening: str) -> None:
    assert codes(opening) == set()


@pytest.mark.parametrize(
    ("step", "opening"),
    [
        ("goodwill", "One more thing, Doug. I want to add a $50 credit. It is yours."),
        ("goodwill", "We let you down three times, so I want to add a $50 credit."),
        ("goodwill", "I want to add a small gift, and I will check each step of it."),
        ("goodwill", "I want to add a credit, and I have one more question for you."),
        ("make-offer", "I will fix this myself. Then you get one free month from us."),
    ],
)
def test_what_the_step_offers_may_be_said_once_in_plain_words(step: str, opening: str) -> None:
    assert codes(opening, step) == set()


def own_words(book: Playbook, step: Step) -> tuple[GuidanceFacts, GuidanceDraft] | None:
    """A draft that repeats the playbook's own words for a step."""
    facts = doug.facts(
        what_not_to_do=book.what_not_to_do, win_condition=book.win_condition
    ).model_copy(update={"step": StepFacts(step=step)})
    told = by_playbook(facts, NOW)
    if told.script is None:
        return None
    draft = doug.draft(
        reason=told.recommended_action.reason,
        opening=told.script.opening,
        key_points=told.script.key_points,
        closing=told.script.closing or "Thank you.",
    )
    return facts, draft


def test_every_script_of_every_playbook_passes_its_own_checks() -> None:
    read = 0
    for book in BOOKS:
        for step in book.steps:
            found = own_words(book, step)
            if found is None:
                continue
            facts, draft = found
            assert refusals(draft, facts, NOW, canary=CANARY) == (), (book.slug, step.id)
            read += 1
    assert read >= 25
