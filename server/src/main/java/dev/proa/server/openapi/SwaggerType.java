package dev.proa.server.openapi;

import dev.proa.server.encoding.AcceptClause;
import java.util.Set;

/** Chooses the form of {@code /openapi/v2} by an {@code Accept} header. */
final class SwaggerType {
    /** The name of today, and the one before, which clients still use. */
    private static final Set<String> PROTOBUF = Set.of(
            "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
            "application/com.github.proto-openapi.spec.v2@v1.0+protobuf");

    private static final Set<String> JSON = Set.of("application/json", "application/*", "*/*");

    private SwaggerType() {}

    /** Whether the client wants protobuf rather than JSON. */
    static boolean isProtobuf(String accept) {
        for (AcceptClause clause : AcceptClause.parse(accept)) {
            if (clause.quality() > 0 && (PROTOBUF.contains(clause.range()) || JSON.contains(clause.range()))) {
                return PROTOBUF.contains(clause.range());
            }
        }
        return false;
    }
}
