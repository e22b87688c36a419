package dev.proa.server.apiextensions;

import static dev.proa.server.apiextensions.DefinitionConditions.NAMES_ACCEPTED;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.apiextensions.v1.CustomResourceDefinitionCondition;
import dev.proa.api.apiextensions.v1.CustomResourceDefinitionNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The names that a CustomResourceDefinition may use: of those that it asks for, the ones that no other definition of its group has; in
 * place of the others, those that it had before.
 *
 * @param names for {@code status.acceptedNames}
 * @param condition {@code NamesAccepted}
 */
public record AcceptedNames(CustomResourceDefinitionNames names, CustomResourceDefinitionCondition condition) {

    /**
     * Decides which names a definition gets.
     *
     * @param others all definitions, of which those of its group count
     */
    public static AcceptedNames of(CustomResourceDefinition definition, Collection<CustomResourceDefinition> others) {
        Taken taken = new Taken();
        for (CustomResourceDefinition other : others) {
            if (other.spec().group().equals(definition.spec().group())) {
                taken.add(other.status().acceptedNames());
            }
        }
        return new Decision(taken, definition.status().acceptedNames())
                .of(definition.spec().names());
    }

    /** The accepted names of a group. */
    private static final class Taken {
        final Set<String> resources = new HashSet<>();
        final Set<String> kinds = new HashSet<>();

        void add(CustomResourceDefinitionNames names) {
            resources.add(names.plural());
            resources.add(names.singular());
            resources.addAll(names.shortNames());
            kinds.add(names.kind());
            kinds.add(names.listKind());
        }
    }

    private static final class Decision {
        private final Taken taken;
        private final CustomResourceDefinitionNames before;
        private CustomResourceDefinitionCondition condition =
                DefinitionConditions.condition(NAMES_ACCEPTED, true, "NoConflicts", "no conflicts found");

        Decision(Taken taken, CustomResourceDefinitionNames before) {
            this.taken = taken;
            this.before = before;
        }

        AcceptedNames of(CustomResourceDefinitionNames wanted) {
            CustomResourceDefinitionNames names = before;
            if (isFree(wanted.plural(), before.plural(), taken.resources, "PluralConflict")) {
                names = names.withPlural(wanted.plural());
            }
            if (isFree(wanted.singular(), before.singular(), taken.resources, "SingularConflict")) {
                names = names.withSingular(wanted.singular());
            }
            if (areFree(wanted.shortNames())) {
                names = wanted.hasShortNames() ? names.withShortNames(wanted.shortNames()) : names.withoutShortNames();
            }
            if (isFree(wanted.kind(), before.kind(), taken.kinds, "KindConflict")) {
                names = names.withKind(wanted.kind());
            }
            if (isFree(wanted.listKind(), before.listKind(), taken.kinds, "ListKindConflict")) {
                names = names.withListKind(wanted.listKind());
            }
            names = wanted.hasCategories() ? names.withCategories(wanted.categories()) : names.withoutCategories();
            return new AcceptedNames(names, condition);
        }

        private boolean isFree(String wanted, String present, Set<String> used, String reason) {
            boolean free = wanted.equals(present) || !used.contains(wanted);
            if (!free) {
                refuse(reason, inUse(wanted));
            }
            return free;
        }

        private boolean areFree(List<String> wanted) {
            List<String> problems = new ArrayList<>(0);
            for (String name : wanted) {
                if (!before.shortNames().contains(name) && taken.resources.contains(name)) {
                    problems.add(inUse(name));
                }
            }
            if (!problems.isEmpty()) {
                String message = String.join(", ", problems);
                refuse("ShortNamesConflict", problems.size() == 1 ? message : "[" + message + "]");
            }
            return problems.isEmpty();
        }

        private static String inUse(String name) {
            return "\"" + name + "\" is already in use";
        }

        private void refuse(String reason, String message) {
            condition = DefinitionConditions.condition(NAMES_ACCEPTED, false, reason, message);
        }
    }
}
