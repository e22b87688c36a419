package dev.proa.api.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.codec.GoText;
import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusExceptionTest {
    private static final Resource PODS = Resource.of(Pod.KIND);
    private static final Resource DEPLOYMENTS = Resource.of(Deployment.KIND);

    @Test
    void saysWhatKubernetesSays() {
        assertThat(Json.toString(StatusException.notFound(PODS, "x").status()))
                .isEqualTo("{\"apiVersion\":\"v1\",\"code\":404,\"details\":{\"kind\":\"pods\",\"name\":\"x\"},"
                        + "\"kind\":\"Status\",\"message\":\"pods \\\"x\\\" not found\",\"metadata\":{},"
                        + "\"reason\":\"NotFound\",\"status\":\"Failure\"}");
        assertThat(StatusException.alreadyExists(DEPLOYMENTS, "x"))
                .hasMessage("deployments.apps \"x\" already exists")
                .satisfies(e -> assertThat(e.status().map("details"))
                        .isEqualTo(MapValue.of("group", "apps", "kind", "deployments", "name", "x")));
        assertThat(StatusException.modified(PODS, "x"))
                .hasMessage("Operation cannot be fulfilled on pods \"x\": the object has been modified;"
                        + " please apply your changes to the latest version and try again");
        assertThat(StatusException.forbidden(PODS, "", "no")).hasMessage("pods is forbidden: no");
        assertThat(StatusException.forbidden(Resource.NONE, "", "no")).hasMessage("forbidden: no");
        assertThat(StatusException.timeout("slow", 1).retryAfterSeconds()).isOne();
        assertThat(StatusException.expired("old").code()).isEqualTo(410);
        assertThat(StatusException.expired("old").is(Reason.Expired)).isTrue();
        assertThat(StatusException.from(MapValue.of("reason", "News")).reason()).isEqualTo(Reason.Unknown);
    }

    @Test
    void listsTheErrorsOfFields() {
        String name = "spec.containers[0].name";
        StatusException one =
                StatusException.invalid(Resource.kindOf(Pod.KIND), "x", List.of(FieldError.required(name, "")));
        assertThat(one).hasMessage("Pod \"x\" is invalid: spec.containers[0].name: Required value");
        assertThat(one.status().map("details").list("causes").map(0))
                .isEqualTo(MapValue.of(
                        "field",
                        "spec.containers[0].name",
                        "message",
                        "Required value",
                        "reason",
                        "FieldValueRequired"));
        StatusException two = StatusException.invalid(
                Resource.kindOf(Deployment.KIND),
                "x",
                List.of(
                        FieldError.invalid(name, "A_b", "must be lower case"),
                        FieldError.invalid(name, "A_b", "must be lower case"),
                        FieldError.notSupported(name + ".p", "TCQ", List.of("SCTP", "TCP"))));
        assertThat(two)
                .hasMessage(
                        "Deployment.apps \"x\" is invalid: [spec.containers[0].name: Invalid value: \"A_b\": must be"
                                + " lower case, spec.containers[0].name.p: Unsupported value: \"TCQ\": supported values:"
                                + " \"SCTP\", \"TCP\"]");
        assertThat(two.status().map("details").list("causes")).hasSize(3);
    }

    @Test
    void writesBadValuesAsGoDoes() {
        String path = "metadata.labels[a/b]";
        assertThat(FieldError.invalid(path, -1L, "must be positive").summary())
                .isEqualTo("metadata.labels[a/b]: Invalid value: -1: must be positive");
        assertThat(FieldError.invalid(path, MapValue.of("a", "<"), "").summary())
                .isEqualTo("metadata.labels[a/b]: Invalid value: {\"a\":\"\\u003c\"}");
        assertThat(FieldError.invalid(path, "a\n\"\u0001é", "").summary())
                .isEqualTo("metadata.labels[a/b]: Invalid value: \"a\\n\\\"\\x01é\"");
        assertThat(FieldError.tooLong(path, 1).summary())
                .isEqualTo("metadata.labels[a/b]: Too long: may not be more than 1 byte");
        assertThat(FieldError.tooMany(path, 3, 2).summary())
                .isEqualTo("metadata.labels[a/b]: Too many: 3: must have at most 2 items");
        assertThat(FieldError.forbidden(path, "may not be changed").summary())
                .isEqualTo("metadata.labels[a/b]: Forbidden: may not be changed");
        assertThat(GoText.floating(1.5)).isEqualTo("1.5");
        assertThat(GoText.floating(1e21)).isEqualTo("1e+21");
        assertThat(GoText.floating(2)).isEqualTo("2");
    }
}
