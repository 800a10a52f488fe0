import pytest

from api.texts import TextError, Texts, load_texts

ENGLISH = [{"type": "slot", "name": "language", "value": "en"}]


def texts(*variations: dict) -> Texts:
    return Texts({"utter_x": variations})


def said(source: Texts, channel: str = "sms", language: str = "sv", **values: object) -> str:
    return source.say("utter_x", channel=channel, language=language, **values)


def test_the_channels_own_wording_is_used_where_there_is_one():
    source = texts({"text": "allmän"}, {"text": "kort", "channel": "sms"})
    assert said(source) == "kort"
    assert said(source, "chat") == "allmän"


def test_english_is_used_in_english_and_swedish_otherwise():
    source = texts({"text": "hej"}, {"text": "hello", "condition": ENGLISH})
    assert said(source, language="en") == "hello"
    assert said(source, language="sv") == "hej"


def test_channel_goes_before_language_as_in_rasa():
    source = texts({"text": "kort", "channel": "sms"}, {"text": "hello", "condition": ENGLISH})
    assert said(source, language="en") == "kort"


def test_language_and_channel_together_go_before_either():
    both = {"text": "short", "channel": "sms", "condition": ENGLISH}
    assert said(texts({"text": "kort", "channel": "sms"}, both), language="en") == "short"


def test_values_are_filled_in_and_may_hold_braces():
    assert said(texts({"text": "kod {code}"}), code="{1}") == "kod {1}"


@pytest.mark.parametrize(
    "variation", [{"text": "kod {code}"}, {"text": "kod {code"}, {"text": ""}, {"channel": "chat", "text": "x"}]
)
def test_a_missing_value_a_stray_brace_and_a_missing_text_are_errors(variation):
    with pytest.raises(TextError):
        said(texts(variation))


def test_an_unknown_response_is_an_error():
    with pytest.raises(TextError):
        texts().say("utter_y", channel="sms", language="sv")


@pytest.mark.parametrize("channel", ["sms", "voice", "chat"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_text_of_the_gateway_can_be_said_on_every_channel(channel, language):
    source = load_texts()
    names = [name for name in source.names if name.startswith(("utter_gateway_", "utter_voice_"))]
    assert len(names) > 20
    for name in names:
        assert source.template(name, channel=channel, language=language)


def test_sms_texts_of_the_gateway_keep_to_the_gsm_alphabet():
    from ordering.gsm7 import to_gsm7

    source = load_texts()
    for name in source.names:
        if name.startswith("utter_gateway_"):
            text = source.template(name, channel="sms", language="sv").replace("{", "(").replace("}", ")")
            assert to_gsm7(text) == text, name
