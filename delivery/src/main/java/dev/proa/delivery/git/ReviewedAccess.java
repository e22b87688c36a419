package dev.proa.delivery.git;

import dev.proa.api.authentication.v1.TokenReview;
import dev.proa.api.authorization.v1.SubjectAccessReview;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Asks the API server: whose a token is by a TokenReview, what a user may do by a SubjectAccessReview. */
public final class ReviewedAccess implements GitAccess {
    private final Client client;
    private final Function<X509Certificate, Optional<GitUser>> certificates;

    /**
     * @param client may create reviews and read SSH keys
     * @param certificates whose a client certificate is
     */
    public ReviewedAccess(Client client, Function<X509Certificate, Optional<GitUser>> certificates) {
        this.client = client;
        this.certificates = certificates;
    }

    @Override
    public Optional<GitUser> byToken(String token) {
        if (token.isEmpty()) {
            return Optional.empty();
        }
        MapValue status = review(TokenReview.KIND, MapValue.of("token", token));
        MapValue user = status.map("user");
        return status.bool("authenticated") && !user.string("username").isEmpty()
                ? Optional.of(new GitUser(user.string("username"), user.string("uid"), strings(user.list("groups"))))
                : Optional.empty();
    }

    @Override
    public Optional<GitUser> byCertificate(X509Certificate certificate) {
        return certificates.apply(certificate);
    }

    @Override
    public Optional<GitUser> byKey(PublicKey key) {
        KubeObject found = client.resource(GitResources.SSH_KEYS).find(SshKeys.name(key));
        if (found == null) {
            return Optional.empty();
        }
        MapValue spec = found.value().map("spec");
        // The name could have been chosen; only the key itself counts.
        return SshKeys.parse(spec.string("publicKey")).equals(key)
                ? Optional.of(new GitUser(spec.string("user"), "", strings(spec.list("groups"))))
                : Optional.empty();
    }

    @Override
    public boolean may(GitUser user, String verb, RepositoryName repository) {
        MapValue attributes = MapValue.of(
                "group",
                GitResources.GROUP,
                "version",
                GitResources.VERSION,
                "resource",
                GitResources.REPOSITORIES.plural(),
                "verb",
                verb,
                "namespace",
                repository.namespace(),
                "name",
                verb.equals("create") ? "" : repository.name());
        return review(
                        SubjectAccessReview.KIND,
                        MapValue.of(
                                "user", user.name(),
                                "uid", user.uid(),
                                "groups", ListValue.copyOf(user.groups()),
                                "resourceAttributes", attributes))
                .bool("allowed");
    }

    private <T extends KubeObject> MapValue review(Kind<T> kind, MapValue spec) {
        return client.resource(kind)
                .create(kind.of(MapValue.of("apiVersion", kind.apiVersion(), "kind", kind.kind(), "spec", spec)))
                .value()
                .map("status");
    }

    private static List<String> strings(ListValue list) {
        return list.stream().map(String::valueOf).toList();
    }
}
