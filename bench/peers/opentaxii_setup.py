"""Makes an account, an API root and collections by the calls of OpenTAXII's own commands, and prints their names as JSON."""
import json
import sys

from opentaxii.cli import app

with app.app_context():
    auth = app.taxii_server.auth
    auth.api.create_account(username="bench", password="bench", is_admin=True)
    taxii2 = app.taxii_server.servers.taxii2.persistence.api
    root = taxii2.add_api_root(title="Bench", default=True)
    collections = [taxii2.add_collection(api_root_id=root.id, title=f"Bench {i}") for i in range(int(sys.argv[1]))]
    print(json.dumps({
        "root": str(root.id),
        "token": auth.authenticate("bench", "bench"),
        "collections": [str(c.id) for c in collections],
    }))
