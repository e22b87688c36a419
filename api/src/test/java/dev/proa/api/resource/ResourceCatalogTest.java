package dev.proa.api.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResourceCatalogTest {
    private final ResourceCatalog catalog = ResourceCatalog.builtin();

    @Test
    void knowsWhatIsServed() {
        ResourceType deployments = catalog.byPlural("apps", "v1", "deployments");
        assertThat(deployments)
                .isSameAs(catalog.byKind("apps/v1", "Deployment"))
                .isNotNull();
        assertThat(deployments.namespaced()).isTrue();
        assertThat(deployments.shortNames()).containsExactly("deploy");
        assertThat(deployments.categories()).containsExactly("all");
        assertThat(deployments.can("deletecollection")).isTrue();
        assertThat(deployments.storageVersionHash()).isEqualTo("8aSe+NMegvE=");
        assertThat(deployments.subresource("scale"))
                .isEqualTo(new ResourceType.Subresource(
                        "scale", "autoscaling", "v1", "Scale", List.of("get", "patch", "update")));
        assertThat(catalog.byPlural("", "v1", "pods").subresource("eviction").group())
                .isEqualTo("policy");
        assertThat(catalog.byPlural("", "v1", "bindings").verbs()).containsExactly("create");
        assertThat(catalog.byPlural("apps", "v1beta1", "deployments")).isNull();
    }

    @Test
    void keepsTheOrderOfDiscovery() {
        assertThat(catalog.groupVersions()).startsWith("v1", "apiregistration.k8s.io/v1", "apps/v1");
        assertThat(catalog.groupVersions())
                .contains("autoscaling/v2", "resource.k8s.io/v1")
                .hasSize(22);
        assertThat(catalog.of("batch/v1")).extracting(ResourceType::plural).containsExactly("cronjobs", "jobs");
        assertThat(catalog.of("batch/v2")).isEmpty();
    }
}
