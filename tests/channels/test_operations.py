import httpx


def test_the_process_is_alive_whatever_the_rest_does(client, stores):
    stores.down = True
    assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_when_database_and_rasa_answer(client, monkeypatch):
    async def get(url):
        return httpx.Response(200)

    monkeypatch.setattr(client.app.state.http, "get", get)
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"database": True, "rasa": True})


def test_not_ready_names_what_does_not_answer(client, stores, monkeypatch):
    async def get(url):
        assert url.endswith("/webhooks/gateway/ready")
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(client.app.state.http, "get", get)
    stores.down = True
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"database": False, "rasa": False})


def test_messages_are_counted_by_channel(client):
    session = client.post("/chat/session", json={"region": "vg"}).json()["session"]
    client.post("/chat/message", json={"session": session, "id": "0123456789", "text": "Hej"})
    metrics = client.get("/metrics").text
    assert 'pafyll_messages_in_total{channel="chat",outcome="answered"}' in metrics


def test_every_answer_forbids_guessing_its_type(client):
    assert client.get("/healthz").headers["x-content-type-options"] == "nosniff"
