package dev.proa.server.authorization.rbac;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Views;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer.Decision;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.store.Key;
import dev.proa.server.store.MemoryStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Answers 2,000 random questions about random roles and bindings as a real API server did ({@code server/src/test/facts/rbac}). */
class RbacFactsTest {
    private static final String FACTS = "/dev/proa/server/facts/rbac.jsonl";

    @Test
    void answersAsKubernetes() throws IOException {
        List<String> differences = new ArrayList<>();
        int asked = 0;
        try (MemoryStore store = MemoryStore.inMemory();
                BufferedReader lines = new BufferedReader(new InputStreamReader(
                        Objects.requireNonNull(RbacFactsTest.class.getResourceAsStream(FACTS)),
                        StandardCharsets.UTF_8))) {
            RbacAuthorizer authorizer = new RbacAuthorizer(store);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                MapValue fact = Json.decodeMap(line);
                if (fact.has("plural")) {
                    MapValue object = fact.map("object");
                    MapValue metadata = object.map("metadata");
                    store.create(
                            new Key(
                                    fact.string("plural") + ".rbac.authorization.k8s.io",
                                    metadata.string("namespace"),
                                    metadata.string("name")),
                            object);
                    continue;
                }
                asked++;
                Decision decision = authorizer.authorize(attributes(fact.map("spec")));
                MapValue status = fact.map("status");
                boolean same = decision.allowed() == status.bool("allowed")
                        && (decision.allowed() || errors(decision.reason()).equals(errors(status.string("reason"))));
                if (!same) {
                    differences.add(line + " but " + decision);
                }
            }
        }
        assertThat(differences).isEmpty();
        assertThat(asked).isEqualTo(2000);
    }

    /** Bindings come in no particular order there. */
    private static Set<String> errors(String reason) {
        return Set.of(
                reason.replace("RBAC: ", "").replace("[", "").replace("]", "").split(", "));
    }

    private static AuthorizationAttributes attributes(MapValue spec) {
        UserInfo user = new UserInfo(spec.string("user"), "", Views.strings(spec.list("groups")), Map.of());
        if (spec.has("nonResourceAttributes")) {
            MapValue asked = spec.map("nonResourceAttributes");
            return AuthorizationAttributes.ofPath(user, asked.string("verb"), asked.string("path"));
        }
        MapValue asked = spec.map("resourceAttributes");
        return new AuthorizationAttributes(
                user,
                asked.string("verb"),
                asked.string("group"),
                "*",
                asked.string("resource"),
                asked.string("subresource"),
                asked.string("namespace"),
                asked.string("name"),
                "");
    }
}
