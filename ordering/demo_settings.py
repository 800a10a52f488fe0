"""What the settings are in the demo where nobody sets them: invented numbers and keys that open nothing."""

import os
import secrets
from pathlib import Path
from typing import Any

DEMO_ACCOUNT_SID = "AC" + "0" * 32
DEMO_AUTH_TOKEN = "demo-token-that-opens-nothing"  # noqa: S105  # nosec B105  # signs in the demo alone, which is fenced


def demo_values(base: str) -> dict[str, Any]:
    """By the names of the settings. `base`: the address of the demo itself."""
    return {
        "public_url": base,
        "twilio_account_sid": DEMO_ACCOUNT_SID,
        "twilio_auth_token": DEMO_AUTH_TOKEN,
        "twilio_base_url": f"{base}/demo/twilio",
        "inbound_numbers": {"+46313900600": "vg", "+46406280400": "skane"},
        "transfer_numbers": {"vg": "+46313900699", "skane": "+46406280499"},
        "api_keys": {
            "distributor": {"key": "demo-key", "roles": ["distributor"]},
            "customer service": {"key": "demo-staff-key", "roles": ["customer_service"]},
            "prescriber": {"key": "demo-prescriber-key", "roles": ["prescriber"]},
            "auditor": {"key": "demo-auditor-key", "roles": ["auditor"]},
        },
        "oidc_issuer": f"{base}/demo/eid",
        "oidc_client_id": "pafyll",
        "mail_sender": "pafyll@demo.example",
        "chat_allowed_origins": [base, base.replace("127.0.0.1", "localhost")],
    }


def demo_secret(path: Path) -> str:
    """The demo's own secret, made the first time. Safe when several processes start at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            os.link(fresh, path)  # atomic: whoever is first decides, and nobody reads half a key
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="ascii").strip()
