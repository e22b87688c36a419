package dev.proa.server.cel;

import dev.proa.server.cel.CelType.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What type parameters stand for, and by that whether a type can be used as another. For one thread. */
final class Substitutions {
    private final Map<String, CelType> types = new HashMap<>();
    /** What parameters stood for before each change, by which changes are undone. */
    private final List<Map.Entry<String, Optional<CelType>>> changes = new ArrayList<>();

    /** Makes a parameter stand for a type. */
    void put(String parameter, CelType type) {
        changes.add(Map.entry(parameter, Optional.ofNullable(types.put(parameter, type))));
    }

    /** Whether {@code from} can be used as {@code to}; what parameters stand for is remembered if so. */
    boolean assign(CelType to, CelType from) {
        return assign(List.of(to), List.of(from));
    }

    /** The same for all types of two lists, or none. */
    boolean assign(List<CelType> to, List<CelType> from) {
        int before = changes.size();
        if (all(to, from)) {
            return true;
        }
        while (changes.size() > before) {
            Map.Entry<String, Optional<CelType>> change = changes.removeLast();
            change.getValue()
                    .ifPresentOrElse(type -> types.put(change.getKey(), type), () -> types.remove(change.getKey()));
        }
        return false;
    }

    /** A type with what its parameters stand for; with {@code dyn} for those that stand for nothing, if asked. */
    CelType of(CelType type, boolean unknownIsDyn) {
        if (type.kind() == Kind.PARAMETER) {
            CelType known = types.get(type.name());
            return known != null ? of(known, unknownIsDyn) : unknownIsDyn ? CelType.DYN : type;
        }
        if (type.parameters().isEmpty()) {
            return type;
        }
        List<CelType> parameters = new ArrayList<>(type.parameters().size());
        for (CelType parameter : type.parameters()) {
            parameters.add(of(parameter, unknownIsDyn));
        }
        return type.withParameters(parameters);
    }

    private boolean all(List<CelType> first, List<CelType> second) {
        if (first.size() != second.size()) {
            return false;
        }
        for (int i = 0; i < first.size(); i++) {
            if (!assignable(first.get(i), second.get(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean assignable(CelType first, CelType second) {
        if (second.kind() == Kind.PARAMETER) {
            boolean bound = types.containsKey(second.name());
            if (bind(first, second)) {
                return true;
            }
            if (bound) {
                return false;
            }
        }
        if (first.kind() == Kind.PARAMETER) {
            return bind(second, first);
        }
        if (first.isDynOrError() || second.isDynOrError()) {
            return true;
        }
        if (first.kind() == Kind.NULL) {
            return isNullable(second);
        }
        if (second.kind() == Kind.NULL) {
            return isNullable(first);
        }
        return switch (first.kind()) {
            case TYPE -> second.kind() == Kind.TYPE;
            case OPAQUE, LIST, MAP ->
                first.kind() == second.kind()
                        && first.name().equals(second.name())
                        && all(first.parameters(), second.parameters());
            default -> first.equals(second);
        };
    }

    private static boolean isNullable(CelType type) {
        return switch (type.kind()) {
            case NULL, OPAQUE, STRUCT, DURATION, TIMESTAMP -> true;
            default -> false;
        };
    }

    /** Makes a parameter stand for a type, unless it stands for another. */
    private boolean bind(CelType type, CelType parameter) {
        if (type.equals(parameter)) {
            return true;
        }
        CelType known = types.get(parameter.name());
        if (known != null) {
            if (type.equals(known)) {
                return true;
            }
            if (!assignable(type, known)) {
                return false;
            }
            CelType general = mostGeneral(type, known);
            if (!contains(general, parameter)) {
                put(parameter.name(), general);
            }
            return true;
        }
        if (contains(type, parameter)) {
            return false;
        }
        put(parameter.name(), type);
        return true;
    }

    private boolean contains(CelType type, CelType parameter) {
        if (type.equals(parameter)) {
            return true;
        }
        if (type.kind() == Kind.PARAMETER) {
            CelType known = types.get(type.name());
            return known != null && contains(known, parameter);
        }
        return type.parameters().stream().anyMatch(inner -> contains(inner, parameter));
    }

    static CelType mostGeneral(CelType first, CelType second) {
        return isLessSpecific(first, second) ? first : second;
    }

    private static boolean isLessSpecific(CelType first, CelType second) {
        if (first.isDyn() || first.kind() == Kind.PARAMETER) {
            return true;
        }
        if (second.isDyn() || second.kind() == Kind.PARAMETER || first.kind() != second.kind()) {
            return false;
        }
        return switch (first.kind()) {
            case TYPE -> true;
            case OPAQUE, LIST, MAP -> {
                boolean less = first.name().equals(second.name())
                        && first.parameters().size() == second.parameters().size();
                for (int i = 0; less && i < first.parameters().size(); i++) {
                    less = isLessSpecific(first.parameter(i), second.parameter(i));
                }
                yield less;
            }
            default -> first.equals(second);
        };
    }
}
