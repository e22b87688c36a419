package dev.proa.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The packages of the modules that this one is built upon, which cannot use it in tests of their own. */
class PackagesTest {
    @Test
    void ofTheApiFormNoCyclesButThatOfTypesAndTheirViews() {
        PackageRules packages = PackageRules.of("api");

        assertThat(packages.modules()).isEmpty();
        // Every object has metadata, a generated type; and generated types are views.
        assertThat(packages.cycles())
                .containsExactly(
                        "api.meta.v1 -> api.view: APIResourceList uses Views",
                        "api.view -> api.meta.v1: KubeObject uses ObjectMeta");
    }

    @Test
    void ofTheClientFormNoCycles() {
        PackageRules packages = PackageRules.of("client");

        assertThat(packages.modules()).containsOnly("api");
        assertThat(packages.cycles()).isEmpty();
    }
}
