package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a request must look like; all that is set must hold. */
public record RouteMatch(MapValue value) implements View {
    public @Nullable StringMatch method() {
        return value.get("method") instanceof MapValue map ? new StringMatch(map) : null;
    }

    public @Nullable StringMatch path() {
        return value.get("path") instanceof MapValue map ? new StringMatch(map) : null;
    }

    public Map<String, StringMatch> headers() {
        return Views.map(value.map("headers"), StringMatch::new);
    }
}
