import unittest

from app import app


class PollTest(unittest.TestCase):
    def setUp(self):
        self.client = app.test_client()

    def test_counts_votes(self):
        before = self.client.get("/").json["tea"]
        self.assertEqual(self.client.post("/", json={"choice": "tea"}).json["tea"], before + 1)
        self.assertIn("votes_total", self.client.get("/metrics").text)

    def test_refuses_other_choices(self):
        self.assertEqual(self.client.post("/", json={"choice": "soup"}).status_code, 400)


if __name__ == "__main__":
    unittest.main()
