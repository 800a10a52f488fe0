"""Settings refuse what would hurt, in one sentence that names the variable."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.commands.settings import app
from ordering.demo_settings import DEMO_ACCOUNT_SID, demo_secret
from ordering.settings import Settings, SettingsError, load_settings

REAL = {"secret_key": "k" * 32}


def refusal(**given) -> str:
    with pytest.raises(SettingsError) as refused:
        load_settings(**given)
    return str(refused.value)


def test_the_demo_needs_no_settings(tmp_path):
    settings = load_settings(demo=True, port=8123, var_folder=tmp_path)
    assert settings.twilio_account_sid == DEMO_ACCOUNT_SID
    assert settings.twilio_base_url == "http://127.0.0.1:8123/demo/twilio"
    assert settings.public_url == "http://127.0.0.1:8123"
    assert sorted(settings.inbound_numbers.values()) == ["skane", "vg"]
    assert len(settings.secret_key) >= 32


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "pafyll.example"])
def test_the_demo_listens_on_loopback_only(host, tmp_path):
    assert "PAFYLL_HOST" in refusal(demo=True, host=host, var_folder=tmp_path)


@pytest.mark.parametrize(
    "real",
    [
        {"twilio_account_sid": "AC" + "1" * 32},
        {"twilio_auth_token": "a real token"},
        {"twilio_base_url": "https://api.twilio.com"},
    ],
)
def test_the_demo_refuses_real_twilio_settings(real, tmp_path):
    assert "PAFYLL_TWILIO_" in refusal(demo=True, var_folder=tmp_path, **real)


def test_outside_the_demo_a_secret_is_required():
    assert "PAFYLL_SECRET_KEY" in refusal()
    assert "PAFYLL_SECRET_KEY" in refusal(secret_key="short")
    assert "PAFYLL_OTHER_SECRET_KEYS" in refusal(**REAL, other_secret_keys=["short"])
    assert load_settings(**REAL).demo is False


def test_a_transferred_call_may_not_come_back_to_us():
    numbers = {"inbound_numbers": {"+46313900600": "vg"}, "twilio_account_sid": "AC1", "twilio_auth_token": "t"}
    said = refusal(transfer_numbers={"vg": "+46313900600"}, **numbers, **REAL)
    assert "PAFYLL_TRANSFER_NUMBERS" in said
    assert load_settings(transfer_numbers={"vg": "+46313900699"}, **numbers, **REAL)
    written_otherwise = {**numbers, "inbound_numbers": {"+46 31-390 06 00": "vg"}}
    assert "own" in refusal(transfer_numbers={"vg": "+46313900600"}, **written_otherwise, **REAL)
    assert "+46..." in refusal(transfer_numbers={"vg": "031-390 06 99"}, **numbers, **REAL)


def test_the_phone_has_a_voice_and_a_kind_for_each_language():
    assert load_settings(speech_locales={"sv": "sv-FI", "en": "en-GB"}, **REAL).speech_locales["en"] == "en-GB"
    assert "PAFYLL_SPEECH_LOCALES" in refusal(speech_locales={"sv": "sv-SE"}, **REAL)
    assert "PAFYLL_SPEECH_LOCALES" in refusal(speech_locales={"sv": "svenska", "en": "en-GB"}, **REAL)
    assert "PAFYLL_VOICES" in refusal(voices={"en": "Polly.Amy-Neural"}, **REAL)


def test_a_key_opens_for_one_caller_who_has_a_role():
    desk = {"key": "k", "roles": ["customer_service"], "regions": ["vg"]}
    assert load_settings(api_keys={"desk": desk}, **REAL).api_keys["desk"].regions == ("vg",)
    assert "PAFYLL_API_KEYS" in refusal(api_keys={"desk": desk, "other": desk}, **REAL)
    for wrong in ({"roles": []}, {"roles": ["king"]}, {"key": ""}, {"region": "vg"}):
        assert "PAFYLL_API_KEYS" in refusal(api_keys={"desk": desk | wrong}, **REAL)


def test_a_number_needs_twilio_and_a_posted_order_needs_a_secret():
    assert "PAFYLL_TWILIO_AUTH_TOKEN" in refusal(inbound_numbers={"+46313900600": "vg"}, **REAL)
    assert "PAFYLL_DISTRIBUTOR_SECRET" in refusal(distributor_url="https://d.example/orders", **REAL)


def test_a_misspelt_setting_is_not_passed_over(monkeypatch):
    monkeypatch.setenv("PAFYLL_DEMOO", "true")
    assert "PAFYLL_DEMOO" in refusal(**REAL)


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("PAFYLL_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("PAFYLL_API_KEYS", '{"distributor": {"key": "key", "roles": ["distributor"]}}')
    monkeypatch.setenv("PAFYLL_UNDO_MINUTES", "5")
    settings = load_settings()
    assert (settings.api_keys["distributor"].key, settings.undo_minutes) == ("key", 5)


def test_a_wrong_value_names_its_variable(monkeypatch):
    monkeypatch.setenv("PAFYLL_PORT", "many")
    assert refusal(**REAL).startswith("PAFYLL_PORT: ")


def test_the_settings_command_lists_every_setting_and_no_secret(monkeypatch):
    secrets = {
        "SECRET_KEY": "s" * 40,
        "DISTRIBUTOR_SECRET": "hush",
        "API_KEYS": '{"d": {"key": "hush", "roles": ["auditor"]}}',
    }
    secrets["DATABASE_URL"] = "postgresql+asyncpg://pafyll:hush@host/pafyll"
    for name, value in secrets.items():
        monkeypatch.setenv(f"PAFYLL_{name}", value)
    shown = CliRunner().invoke(app).output
    assert "hush" not in shown
    assert "s" * 40 not in shown
    for name, field in Settings.model_fields.items():
        assert f"PAFYLL_{name.upper()} = " in shown
        assert field.description in shown


def test_processes_that_start_at_once_agree_on_the_demo_secret(tmp_path: Path):

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(demo_secret, [tmp_path / "secret.key"] * 32))) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_a_region_may_let_an_sms_tell_less_than_the_others():
    settings = Settings(secret_key="k" * 40, sms_detail_by_region={"skane": "neutral"})
    assert (settings.sms_detail_in("skane"), settings.sms_detail_in("vg")) == ("neutral", "short")
