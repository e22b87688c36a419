package dev.proa.server.admission.webhook;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;

/** Why a webhook does not let a request pass. */
sealed interface WebhookFailure {

    /** What the client is told. */
    StatusException status();

    /** The code in metrics. */
    int code();

    /**
     * The webhook could not be asked; its failure policy decides.
     *
     * @param reason as Kubernetes says it
     */
    record NotCalled(Webhook webhook, String reason, int code) implements WebhookFailure {
        String message() {
            return "failed calling webhook " + GoText.quote(webhook.name()) + ": " + reason;
        }

        @Override
        public StatusException status() {
            return StatusException.internalError(message());
        }
    }

    /** The webhook refuses. */
    record Denied(StatusException status) implements WebhookFailure {
        /** @param result what the webhook says, a {@code Status}; may be empty */
        static Denied of(Webhook webhook, MapValue result) {
            String by = "admission webhook " + GoText.quote(webhook.name()) + " denied the request";
            String why = result.string("message").isEmpty() ? result.string("reason") : result.string("message");
            String status = result.string("status");
            long code = Math.max(400, result.integer("code", 0));
            MapValue.Builder told = MapValue.builder(8)
                    .put("kind", "Status")
                    .put("apiVersion", "v1")
                    .put("metadata", MapValue.EMPTY)
                    .put("code", code > 599 ? 500 : code)
                    .put("status", status.isEmpty() || status.equals("Success") ? "Failure" : status)
                    .put("message", why.isEmpty() ? by + " without explanation" : by + ": " + why);
            told.putIfPresent("reason", result.get("reason") instanceof String reason ? reason : null);
            told.putIfPresent("details", result.get("details") instanceof MapValue details ? details(details) : null);
            return new Denied(StatusException.from(told.build()));
        }

        /** The details without what has no place in them, since nobody has checked their types. */
        private static MapValue details(MapValue given) {
            MapValue.Builder details = MapValue.builder(6);
            texts(given, details, "name", "group", "kind", "uid");
            details.putIfPresent(
                    "retryAfterSeconds", given.get("retryAfterSeconds") instanceof Long seconds ? seconds : null);
            List<MapValue> causes = new ArrayList<>(0);
            for (Object cause : given.list("causes")) {
                if (cause instanceof MapValue map) {
                    MapValue.Builder texts = MapValue.builder(3);
                    texts(map, texts, "reason", "message", "field");
                    causes.add(texts.build());
                }
            }
            details.putIfPresent("causes", causes.isEmpty() ? null : ListValue.copyOf(causes));
            return details.build();
        }

        private static void texts(MapValue from, MapValue.Builder to, String... names) {
            for (String name : names) {
                to.putIfPresent(name, from.get(name) instanceof String text ? text : null);
            }
        }

        @Override
        public int code() {
            return status.code();
        }
    }

    /** Something else is wrong, whatever the failure policy says. */
    record Broken(StatusException status) implements WebhookFailure {
        /** The request is a dry run, and the webhook may change something. */
        static Broken noDryRun(Webhook webhook) {
            return new Broken(StatusException.of(
                    Reason.BadRequest,
                    "admission webhook " + GoText.quote(webhook.name()) + " does not support dry run",
                    MapValue.EMPTY));
        }

        @Override
        public int code() {
            return 0;
        }
    }
}
