package dev.proa.api.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.resource.ResourceCatalog;
import dev.proa.api.resource.ResourceType;
import dev.proa.api.schema.Schema.ListOf;
import dev.proa.api.schema.Schema.ListType;
import dev.proa.api.schema.Schema.MapOf;
import dev.proa.api.schema.Schema.Scalar;
import org.junit.jupiter.api.Test;

class SchemaCatalogTest {
    private final SchemaCatalog catalog = SchemaCatalog.builtin();

    @Test
    void knowsFieldsAndTheirTypes() {
        Struct pod = catalog.kind("v1", "Pod");
        Struct spec = (Struct) pod.field("spec").type();
        assertThat(spec.name()).isEqualTo("io.k8s.api.core.v1.PodSpec");
        Field containers = spec.field("containers");
        assertThat(containers.required()).isTrue();
        assertThat(containers.patch()).isEqualTo(new Field.Patch(true, false, false, "name"));
        ListOf list = (ListOf) containers.type();
        assertThat(list.listType()).isEqualTo(ListType.MAP);
        assertThat(list.keys()).containsExactly("name");
        assertThat(((Struct) list.item()).field("image").type()).isEqualTo(Scalar.STRING);
        assertThat(spec.field("nodeSelector").type()).isEqualTo(new MapOf(Scalar.STRING, true));
        assertThat(spec.field("volumes").patch().retainKeys()).isTrue();
        assertThat(spec.field("restartPolicy").enumeration()).containsExactly("Always", "Never", "OnFailure");
        assertThat(spec.field("nonsense")).isNull();
    }

    @Test
    void knowsWhatProtobufEmbeds() {
        assertThat(catalog.struct("io.k8s.api.core.v1.Probe").field("httpGet").number())
                .isEqualTo("1.2");
        assertThat(catalog.struct("io.k8s.api.core.v1.SecretKeySelector")
                        .field("name")
                        .number())
                .isEqualTo("1.1");
        assertThat(catalog.kind("v1", "Pod").field("kind").number()).isEmpty();
    }

    @Test
    void hasTheFieldsOfEveryResource() {
        for (ResourceType type : ResourceCatalog.builtin().all()) {
            assertThat(catalog.kind(type.apiVersion(), type.kind()))
                    .as(type.toString())
                    .isNotNull();
        }
        int fields = catalog.structNames().stream()
                .mapToInt(name -> catalog.struct(name).fields().size())
                .sum();
        assertThat(fields).isGreaterThan(2_400);
        assertThat(catalog.scalars()).containsEntry("io.k8s.apimachinery.pkg.apis.meta.v1.Time", "date-time");
    }

    @Test
    void explains() {
        Descriptions descriptions = Descriptions.load();
        assertThat(descriptions.of("io.k8s.api.core.v1.Pod")).startsWith("Pod is a collection of containers");
        assertThat(descriptions.of("io.k8s.api.core.v1.PodSpec", "nodeName")).contains("schedule");
    }
}
