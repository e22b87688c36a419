#!/usr/bin/env python3
"""Records what a Kubernetes API server answers to bad requests, as facts that Proa is compared with.

usage: record.py SERVER CA CERTIFICATE KEY      (SERVER as https://127.0.0.1:6443, an administrator's certificate)

Reads bad-requests.txt beside this script and writes bad-requests.json. Each line of the former is

    comparison  METHOD  path  content type  body

separated by tabs; `-` stands for nothing, `#` begins a comment. The comparison says how near Proa has to come:
`same` in code, reason, message and details; `reason` in code and reason; `code` in the code alone.
UIDs and resource versions are replaced by UID and RV.
"""
import json, os, re, ssl, sys, urllib.request, urllib.error

server, ca, certificate, key = sys.argv[1:5]
here = os.path.dirname(os.path.abspath(__file__))
tls = ssl.create_default_context(cafile=ca)
tls.load_cert_chain(certificate, key)
answers = []
for number, line in enumerate(open(os.path.join(here, "bad-requests.txt"))):
    line = line.rstrip("\n")
    if not line or line.startswith("#"):
        continue
    comparison, method, path, content_type, body = line.split("\t")
    request = urllib.request.Request(server + path, method=method)
    if content_type != "-":
        request.add_header("Content-Type", content_type)
    if body != "-":
        request.data = body.encode()
    try:
        answer = urllib.request.urlopen(request, context=tls, timeout=15)
    except urllib.error.HTTPError as e:
        answer = e
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID", answer.read().decode())
    text = re.sub(r"record \(\d+\)", "record (RV)", re.sub(r"current: \d+", "current: RV", text))
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = text
    answers.append({"request": line, "code": answer.status, "body": parsed if answer.status >= 400 else None})
with open(os.path.join(here, "bad-requests.json"), "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(a) for a in answers) + "\n]\n")
