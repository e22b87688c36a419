package dev.proa.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.value.MapValue;
import dev.proa.client.Transport.EventStream;
import dev.proa.client.Transport.Request;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResourceClientTest {
    private final List<Request> requests = new ArrayList<>();

    private final Transport transport = new Transport() {
        @Override
        public MapValue call(Request request) {
            requests.add(request);
            return MapValue.EMPTY;
        }

        @Override
        public EventStream watch(Request request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    };

    /** What is only tried must not happen, whatever the verb. */
    @Test
    void everyWriteHasItsOptions() {
        ConfigMap object = ConfigMap.of("n", "a");
        ResourceClient<ConfigMap> maps =
                new Client(transport).resource(ConfigMap.KIND).in("n").dryRun().strict();

        maps.create(object);
        maps.update(object);
        maps.updateStatus(object);
        maps.patch("a", Patch.merge(MapValue.EMPTY));
        maps.patchStatus("a", Patch.merge(MapValue.EMPTY));
        maps.delete("a");
        maps.deleteCollection(DeleteOptions.EMPTY, ListOptions.ALL);
        maps.subresource("create", "a", "eviction", MapValue.EMPTY);

        assertThat(requests)
                .hasSize(8)
                .allSatisfy(request -> assertThat(request.query())
                        .containsEntry("dryRun", "All")
                        .containsEntry("fieldValidation", "Strict"));
        requests.clear();
        maps.get("a");
        maps.subresource("get", "a", "scale", null);
        assertThat(requests).allSatisfy(request -> assertThat(request.query()).isEmpty());
    }
}
