package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.testing.PackageRules;
import org.junit.jupiter.api.Test;

/** The packages of this module use each other in one direction, and only the modules that ARCHITECTURE.md allows. */
class PackagesTest {
    private final PackageRules packages = PackageRules.of("delivery");

    @Test
    void formNoCycles() {
        assertThat(packages.cycles()).isEmpty();
    }

    @Test
    void useOnlyModulesBelow() {
        assertThat(packages.modules()).containsOnly("api", "client", "http", "image");
    }
}
