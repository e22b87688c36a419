package dev.proa.server.openapi;

import dev.proa.server.openapi.Operation.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The operations of a path.
 *
 * @param shared the parameters that all of them have, which the documents list once
 */
record PathItem(List<Parameter> shared, List<Operation> operations) {

    /** Gives the paths of some operations, each with its item. */
    static void each(List<Operation> operations, BiConsumer<String, PathItem> action) {
        Map<String, List<Operation>> byPath = new LinkedHashMap<>();
        for (Operation operation : operations) {
            byPath.computeIfAbsent(operation.path(), any -> new ArrayList<>()).add(operation);
        }
        byPath.forEach((path, some) -> action.accept(path, of(some)));
    }

    private static PathItem of(List<Operation> operations) {
        List<Parameter> shared = new ArrayList<>(operations.getFirst().parameters());
        for (Operation operation : operations) {
            shared.retainAll(operation.parameters());
        }
        return new PathItem(shared, operations);
    }

    /** The parameters that not all operations of the path have. */
    List<Parameter> own(Operation operation) {
        List<Parameter> own = new ArrayList<>(operation.parameters());
        own.removeAll(shared);
        return own;
    }
}
