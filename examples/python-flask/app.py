"""A poll on Flask."""

import os
from collections import Counter

from flask import Flask, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter as Metric, generate_latest

CHOICES = os.environ.get("CHOICES", "tea,coffee").split(",")

app = Flask(__name__)
votes = Counter()
voted = Metric("votes", "Votes by choice.", ["choice"])


@app.get("/")
def show():
    return jsonify({choice: votes[choice] for choice in CHOICES})


@app.post("/")
def vote():
    choice = (request.get_json(silent=True) or {}).get("choice")
    if choice not in CHOICES:
        return jsonify(error=f"choose one of {', '.join(CHOICES)}"), 400
    votes[choice] += 1
    voted.labels(choice).inc()
    return show()


@app.get("/healthz")
@app.get("/readyz")
def healthy():
    return "", 200


@app.get("/metrics")
def metrics():
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
