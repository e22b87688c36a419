package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A number or an object that a web server answers. */
public record WebMetric(MapValue value) implements View {
    /** {@code GET} (the default), {@code POST} or {@code PUT}. */
    public String method() {
        return value.string("method");
    }

    public String url() {
        return value.string("url");
    }

    public List<WebMetricHeader> headers() {
        return Views.list(value.list("headers"), WebMetricHeader::new);
    }

    public String body() {
        return value.string("body");
    }

    /** A body that is written as JSON; null for none. */
    public @Nullable Object jsonBody() {
        return value.get("jsonBody");
    }

    /** 0 means 10. */
    public int timeoutSeconds() {
        return (int) value.integer("timeoutSeconds", 0);
    }

    /** Of the result within the answer; empty for all of it. */
    public String jsonPath() {
        return value.string("jsonPath");
    }

    /** Whether any certificate of the server will do. */
    public boolean insecure() {
        return value.bool("insecure");
    }

    public MapValue authentication() {
        return value.map("authentication");
    }
}
