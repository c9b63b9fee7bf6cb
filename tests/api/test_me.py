"""Who am I: the holder of the token, and what a holder may do."""

from models.actor import Scope
from tests.api.conftest import ServiceDesk
from tests.conftest import Colleague
from tests.desk import Desk


async def test_a_person_is_told_name_address_and_role(
    sarah: Desk, colleagues: dict[str, Colleague]
) -> None:
    assert await sarah.get("/me") == {
        "kind": "person",
        "id": str(colleagues["sarah"].person.id),
        "name": "Sarah Lind",
        "email": "sarah@demo.test",
        "role": "agent",
        "scopes": [],
    }


async def test_a_service_is_told_its_scopes_and_has_no_name(service: ServiceDesk) -> None:
    told = await (await service([Scope.OPEN, Scope.EVENT])).get("/me")
    assert told["kind"] == "service"
    assert told["id"]
    assert told["scopes"] == ["esc:open", "esc:event"]
    assert told["name"] is told["email"] is told["role"] is None
