package dev.proa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Which module may use which: the table of ARCHITECTURE.md, checked over the classes of all modules. A module is a package below
 * {@code dev.proa}.
 */
class ModulesTest {
    private static final String ROOT = "dev.proa.";
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("api", Set.of()),
            Map.entry("http", Set.of()),
            Map.entry("client", Set.of("api")),
            Map.entry("testing", Set.of("api", "client")),
            Map.entry("image", Set.of("api")),
            Map.entry("server", Set.of("api", "http")),
            Map.entry("embedded", Set.of("api", "client", "http", "server")),
            Map.entry("control", Set.of("api", "client")),
            Map.entry("registry", Set.of("api", "http", "image")),
            Map.entry("node", Set.of("api", "client", "http", "image")),
            Map.entry("delivery", Set.of("api", "client", "http", "image")),
            Map.entry(
                    "cluster",
                    Set.of(
                            "api",
                            "client",
                            "http",
                            "image",
                            "registry",
                            "server",
                            "embedded",
                            "control",
                            "node",
                            "delivery")),
            Map.entry("cli", Set.of("api", "client", "image", "node", "cluster", "delivery", "embedded")));

    private static JavaClasses classes;

    @BeforeAll
    static void read() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.proa");
    }

    @Test
    void everyModuleIsInTheTable() {
        Set<String> modules = new TreeSet<>();
        classes.forEach(type -> modules.add(module(type)));
        assertThat(modules).containsExactlyInAnyOrderElementsOf(MAY_USE.keySet());
    }

    @Test
    void modulesUseOnlyWhatTheTableAllows() {
        Set<String> broken = new TreeSet<>();
        for (JavaClass type : classes) {
            String from = module(type);
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (target.getPackageName().startsWith(ROOT)) {
                    String to = module(target);
                    if (!to.equals(from) && !MAY_USE.get(from).contains(to)) {
                        broken.add(from + " may not use " + to + ": " + dependency.getDescription());
                    }
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    /** The network stack belongs to those who serve, and to what starts them; only the store knows SQLite: elsewhere they would creep in unseen. */
    @Test
    void librariesStayWhereTheyAreUsed() {
        Map<String, Set<String>> users = Map.of(
                "io.vertx", Set.of("http", "server", "node", "embedded", "registry", "delivery"),
                "org.sqlite", Set.of("server"),
                "org.bouncycastle", Set.of("server"),
                "com.nimbusds", Set.of("server"),
                "picocli", Set.of("cli"),
                "tools.jackson", Set.of("api", "delivery"));
        Set<String> broken = new TreeSet<>();
        for (JavaClass type : classes) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String target = dependency.getTargetClass().getPackageName();
                users.forEach((library, modules) -> {
                    if (target.startsWith(library) && !modules.contains(module(type))) {
                        broken.add(module(type) + " may not use " + library + ": " + dependency.getDescription());
                    }
                });
            }
        }
        assertThat(broken).isEmpty();
    }

    /** Whoever waits for an event loop must not be one: {@code Blocking} knows, a future that is made Java's does not. */
    @Test
    void futuresOfEventLoopsAreWaitedForInOnePlace() {
        Set<String> waiting = new TreeSet<>();
        for (JavaClass type : classes) {
            for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
                if (call.getTargetOwner().getName().equals("io.vertx.core.Future")
                        && call.getName().equals("toCompletionStage")
                        && Set.of("server", "embedded", "cluster", "node", "registry", "delivery")
                                .contains(module(type))) {
                    waiting.add(call.getDescription());
                }
            }
        }
        assertThat(waiting).isEmpty();
    }

    @Test
    void everyPackageIsNullMarked() {
        Set<String> unmarked = new TreeSet<>();
        for (JavaClass type : classes) {
            if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                unmarked.add(type.getPackageName());
            }
        }
        assertThat(unmarked)
                .as("packages without a package-info.java that says @NullMarked")
                .isEmpty();
    }

    private static String module(JavaClass type) {
        String rest = type.getPackageName().substring(ROOT.length());
        int dot = rest.indexOf('.');
        return dot < 0 ? rest : rest.substring(0, dot);
    }
}
