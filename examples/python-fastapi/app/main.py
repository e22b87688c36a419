"""Converts temperatures, on FastAPI."""

import os
from enum import StrEnum

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, Counter, generate_latest


class Unit(StrEnum):
    CELSIUS = "celsius"
    FAHRENHEIT = "fahrenheit"


DIGITS = int(os.environ.get("DIGITS", "1"))

app = FastAPI(title="Temperatures")
converted = Counter("conversions", "Conversions by unit.", ["unit"])


@app.get("/")
def convert(degrees: float = 20, unit: Unit = Unit.CELSIUS):
    converted.labels(unit).inc()
    if unit is Unit.CELSIUS:
        return {"fahrenheit": round(degrees * 9 / 5 + 32, DIGITS)}
    return {"celsius": round((degrees - 32) * 5 / 9, DIGITS)}


@app.get("/healthz")
@app.get("/readyz")
def healthy():
    return {}


@app.get("/metrics")
def metrics():
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
