"""The SLA rules that are shipped, in a company in UTC that keeps no holidays."""

from activities.adapters.sla_files import load_library
from domain.business_hours import materialise, window_for
from domain.playbook import document_hash
from domain.simulation import MONDAY, policy_for
from models.simulation import AgentScript
from models.sla import PolicyVersion
from models.terms import SlaTerms
from upkeep.library import ANYWHERE, SLA_FOLDER

_RULES = load_library(SLA_FOLDER, ANYWHERE, MONDAY.date())
_HOURS = tuple(materialise(one, f"{one.slug}@1", *window_for(MONDAY)) for one in _RULES.calendars)
_POLICIES = tuple(
    PolicyVersion(version=1, hash=document_hash(one), policy=one) for one in _RULES.policies
)


def terms_for(script: AgentScript) -> SlaTerms:
    """What a simulated case is pinned to."""
    policy = policy_for(script, _POLICIES)
    return SlaTerms(
        policy=policy, hours=tuple(one for one in _HOURS if one.slug in policy.calendars)
    )
