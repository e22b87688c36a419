package dev.proa.testing;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The dependencies between the packages of a module, for a test that keeps them in order. */
public final class PackageRules {
    private static final String ROOT = "dev.proa.";

    private final String module;
    /** What each package uses, with one class that does for each. */
    private final Map<String, Map<String, String>> uses = new TreeMap<>();

    private PackageRules(String module, JavaClasses classes) {
        this.module = module;
        for (JavaClass type : classes) {
            Map<String, String> used = uses.computeIfAbsent(type.getPackageName(), name -> new TreeMap<>());
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String target =
                        dependency.getTargetClass().getBaseComponentType().getPackageName();
                if (target.startsWith(ROOT) && !target.equals(type.getPackageName())) {
                    used.putIfAbsent(
                            target,
                            type.getSimpleName() + " uses "
                                    + dependency.getTargetClass().getSimpleName());
                }
            }
        }
    }

    /**
     * Reads the classes of a module, without its tests, from the class path.
     *
     * @param module as in {@code api}: its packages begin with {@code dev.proa.api}
     */
    public static PackageRules of(String module) {
        return new PackageRules(
                module,
                new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages(ROOT + module));
    }

    /**
     * The cycles between packages: for each package that reaches itself by way of another, its steps towards it. A module in
     * order has none.
     */
    public List<String> cycles() {
        return uses.entrySet().stream()
                .flatMap(from -> from.getValue().entrySet().stream()
                        .filter(to -> uses.containsKey(to.getKey()) && reaches(to.getKey(), from.getKey()))
                        .map(to -> shortName(from.getKey()) + " -> " + shortName(to.getKey()) + ": " + to.getValue()))
                .toList();
    }

    /** The other modules that this one uses. */
    public Set<String> modules() {
        Set<String> modules = new TreeSet<>();
        uses.values().forEach(used -> used.keySet().forEach(name -> modules.add(moduleOf(name))));
        modules.remove(module);
        return modules;
    }

    private boolean reaches(String from, String to) {
        Set<String> seen = new TreeSet<>();
        Deque<String> next = new ArrayDeque<>(List.of(from));
        while (!next.isEmpty()) {
            String name = next.pop();
            if (name.equals(to)) {
                return true;
            }
            if (seen.add(name)) {
                next.addAll(uses.getOrDefault(name, Map.of()).keySet());
            }
        }
        return false;
    }

    private static String shortName(String name) {
        return name.substring(ROOT.length());
    }

    private static String moduleOf(String name) {
        return shortName(name).split("\\.", 2)[0];
    }
}
