from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from config.settings import Settings
from models.payload_key import read_payload_keys
from supervisor import machine_checks, processes
from supervisor.payload_keys import new_key, with_kept_keys, with_own_keys
from supervisor.servers import own_temporal
from supervisor.stack import Stack
from supervisor.temporal import database_file


def settings(place: Path, **given: object) -> Settings:
    """The settings of an operator who has set nothing but these."""
    return Settings(_env_file=None, data_dir=place).model_copy(update=given)


async def test_a_stack_s_own_temporal_is_encrypted_from_its_first_case_on(stack: Stack) -> None:
    [key] = stack.settings.payload_keyring
    assert stack.settings.payloads_clear_until is None
    kept = stack.settings.data_dir / "secrets" / "payload-keys"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert read_payload_keys(kept.read_text()) == (key,)
    told = processes.environment(stack.settings)
    assert read_payload_keys(told["RIGHTNOW_PAYLOAD_KEYS"]) == (key,)


def test_the_key_is_made_once_and_kept(tmp_path: Path) -> None:
    first = with_own_keys(settings(tmp_path))
    again = with_own_keys(settings(tmp_path))
    assert first.payload_keyring
    assert first.payload_keyring == again.payload_keyring
    assert with_kept_keys(settings(tmp_path)).payload_keyring == first.payload_keyring


def test_commands_beside_no_run_make_no_key(tmp_path: Path) -> None:
    assert with_kept_keys(settings(tmp_path)).payload_keyring == ()
    assert not (tmp_path / "secrets").exists()


def test_a_temporal_that_had_cases_before_the_key_lets_them_go_on(tmp_path: Path) -> None:
    database_file(tmp_path).parent.mkdir()
    database_file(tmp_path).touch()
    first = with_own_keys(settings(tmp_path))
    assert first.payloads_clear_until is not None
    assert abs(first.payloads_clear_until - datetime.now(UTC)) < timedelta(minutes=1)
    again = with_own_keys(settings(tmp_path))
    assert again.payloads_clear_until == first.payloads_clear_until


def test_what_an_operator_has_set_stays(tmp_path: Path) -> None:
    text = SecretStr(new_key())
    assert with_own_keys(settings(tmp_path, payload_keys=text)).payload_keys == text
    assert not (tmp_path / "secrets").exists()


def test_a_temporal_of_others_gets_no_key_of_ours(tmp_path: Path) -> None:
    there = settings(tmp_path, temporal_address="temporal.example.com:7233")
    assert with_own_keys(there).payload_keys is None


def test_no_two_keys_have_one_name() -> None:
    """A lost key is then missed by its name, instead of a new one being tried in vain."""
    assert len({read_payload_keys(new_key())[0].id for _ in range(20)}) == 20


def test_temporal_s_page_is_told_where_payloads_are_opened(tmp_path: Path) -> None:
    sealed = with_own_keys(settings(tmp_path, api_port=8123))
    command = own_temporal(sealed, {}).spec().command
    place = command.index("--ui-codec-endpoint") + 1
    assert command[place] == "http://127.0.0.1:8123/api/v1/admin/codec"
    assert "--ui-codec-endpoint" not in own_temporal(settings(tmp_path), {}).spec().command


def test_the_doctor_says_whether_what_goes_to_temporal_is_encrypted(tmp_path: Path) -> None:
    assert machine_checks.encryption(settings(tmp_path)).ok
    there = settings(tmp_path, temporal_address="temporal.example.com:7233")
    finding = machine_checks.encryption(there)
    assert not finding.ok
    assert "RIGHTNOW_PAYLOAD_KEYS" in finding.mend
    text = SecretStr(new_key())
    name, _, secret = text.get_secret_value().partition(":")
    told = machine_checks.encryption(there.model_copy(update={"payload_keys": text}))
    assert told.ok
    assert name in told.detail
    assert secret not in told.detail
