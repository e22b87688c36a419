package dev.proa.server.cel;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An expression whose types are known. Node ids are the keys of all that is known of nodes.
 *
 * @param types by id
 * @param overloads the overloads that a call may mean
 * @param names what an identifier, a path of them or a qualified function means
 * @param positions where nodes are in the text
 */
record Checked(
        Expr expr,
        @Nullable CelType[] types,
        Map<Integer, List<String>> overloads,
        Map<Integer, String> names,
        int[] positions) {

    CelType type(Expr expr) {
        CelType type = types[expr.id()];
        return type == null ? CelType.DYN : type;
    }

    List<String> overloads(Expr.Call call) {
        return overloads.getOrDefault(call.id(), List.of());
    }

    /** The function of a call, with its namespace. */
    String function(Expr.Call call) {
        return names.getOrDefault(call.id(), call.function());
    }

    /** The receiver of a call; null for functions, be they in a namespace. */
    @Nullable
    Expr target(Expr.Call call) {
        return names.containsKey(call.id()) ? null : call.target();
    }
}
