"""The lint of a playbook: everything that its model cannot refuse and a reader would stumble over.

Errors would make it do less than it says: a step that never opens, a letter that never leaves.
Warnings make it harder to follow: long words, no due time.
"""

from domain.lint_conditions import condition_findings
from domain.lint_flow import flow_findings
from domain.lint_steps import step_findings
from domain.lint_ways import way_findings
from domain.lint_words import word_findings
from models.finding import Finding, Level
from models.playbook import Playbook


def lint(playbook: Playbook) -> tuple[Finding, ...]:
    """Everything found, errors first. A playbook without findings is ready to be published."""
    found = [
        *condition_findings(playbook),
        *flow_findings(playbook),
        *step_findings(playbook),
        *way_findings(playbook),
        *word_findings(playbook),
    ]
    return tuple(sorted(found, key=lambda finding: finding.level is Level.WARNING))


def errors(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Those findings that stop publication."""
    return tuple(finding for finding in findings if finding.level is Level.ERROR)
