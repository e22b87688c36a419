from app.main import app
from fastapi.testclient import TestClient

client = TestClient(app)


def test_converts():
    assert client.get("/?degrees=100").json() == {"fahrenheit": 212.0}
    assert client.get("/?degrees=212&unit=fahrenheit").json() == {"celsius": 100.0}


def test_refuses_what_is_no_number():
    assert client.get("/?degrees=warm").status_code == 422
