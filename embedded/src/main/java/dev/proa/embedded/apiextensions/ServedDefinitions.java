package dev.proa.embedded.apiextensions;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.server.apiextensions.DefinitionConditions;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.catalog.ServedApis;
import dev.proa.server.customresource.CustomResources;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The definitions whose resources are served now. A definition is served again only when something changed that matters to requests, so
 * that watches of its resources go on. For one thread.
 */
final class ServedDefinitions {
    private final ServedApis apis;
    private final CustomResources resources;
    /** By group first, as the catalog has them: it is quick to sort what is sorted. */
    private final Map<String, Served> byName =
            new TreeMap<>(Comparator.comparing(ServedDefinitions::group).thenComparing(Comparator.naturalOrder()));

    private record Served(String definition, List<Endpoint> endpoints) {}

    ServedDefinitions(ServedApis apis, CustomResources resources) {
        this.apis = apis;
        this.resources = resources;
    }

    /** The group in the name of a definition, after that of its resource. */
    static String group(String name) {
        return name.substring(name.indexOf('.') + 1);
    }

    /** Serves these definitions and no others. */
    void replace(Collection<CustomResourceDefinition> definitions) {
        byName.clear();
        definitions.forEach(this::set);
        publish();
    }

    /** Serves a definition, if its names were accepted. */
    void put(CustomResourceDefinition definition) {
        if (set(definition)) {
            publish();
        }
    }

    /** Stops serving a definition; returns whether it was served. */
    boolean remove(String name) {
        boolean was = byName.remove(name) != null;
        if (was) {
            publish();
        }
        return was;
    }

    private boolean set(CustomResourceDefinition definition) {
        boolean serve = DefinitionConditions.isTrue(definition, DefinitionConditions.NAMES_ACCEPTED)
                || DefinitionConditions.isTrue(definition, DefinitionConditions.ESTABLISHED);
        if (!serve) {
            return byName.remove(definition.name()) != null;
        }
        String identity = CustomResources.identity(definition);
        Served present = byName.get(definition.name());
        if (present != null && present.definition().equals(identity)) {
            return false;
        }
        byName.put(definition.name(), new Served(identity, resources.endpoints(definition)));
        return true;
    }

    private void publish() {
        List<Endpoint> all = new ArrayList<>();
        byName.values().forEach(served -> all.addAll(served.endpoints()));
        apis.replace(catalog -> catalog.withCustomResources(all));
    }
}
