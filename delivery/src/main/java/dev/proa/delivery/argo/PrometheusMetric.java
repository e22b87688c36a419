package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A query of Prometheus. */
public record PrometheusMetric(MapValue value) implements View {
    /** The URL of the server. */
    public String address() {
        return value.string("address");
    }

    public String query() {
        return value.string("query");
    }

    public MapValue authentication() {
        return value.map("authentication");
    }

    /** Seconds. */
    public @Nullable Integer timeout() {
        return value.get("timeout") instanceof Long number ? number.intValue() : null;
    }

    /** Whether any certificate of the server will do. */
    public boolean insecure() {
        return value.bool("insecure");
    }

    public List<WebMetricHeader> headers() {
        return Views.list(value.list("headers"), WebMetricHeader::new);
    }

    /** Null for an instant query. */
    public @Nullable RangeQuery rangeQuery() {
        return value.get("rangeQuery") instanceof MapValue map ? new RangeQuery(map) : null;
    }
}
