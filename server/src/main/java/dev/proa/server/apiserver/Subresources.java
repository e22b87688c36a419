package dev.proa.server.apiserver;

import dev.proa.api.resource.ResourceType;
import dev.proa.api.status.StatusException;
import dev.proa.server.authentication.ServiceAccountTokens;

/** Routes requests for subresources. */
final class Subresources {
    private final Registry registry;
    private final Getter getter;
    private final Updater updater;
    private final Patcher patcher;
    private final Bindings bindings;
    private final Evictions evictions;
    private final Scales scales;
    private final TokenRequests tokenRequests;
    private final Forwarding forwarding;

    Subresources(
            Registry registry,
            Deletions deletions,
            ObjectDecoder decoder,
            Getter getter,
            Updater updater,
            Patcher patcher,
            ServiceAccountTokens tokens,
            Rights rights) {
        this.registry = registry;
        this.getter = getter;
        this.updater = updater;
        this.patcher = patcher;
        this.bindings = new Bindings(registry, decoder);
        this.evictions = new Evictions(registry, deletions, decoder);
        this.scales = new Scales(registry, decoder, getter, patcher);
        this.tokenRequests = new TokenRequests(registry, decoder, tokens);
        this.forwarding = new Forwarding(registry, rights);
    }

    ApiResponse answer(Call call) {
        RequestInfo info = call.info;
        ResourceType.Subresource subresource = call.endpoint.type().subresource(info.subresource());
        if (subresource == null
                || call.endpoint.namespaced() && info.namespace().isEmpty()) {
            throw StatusException.notFound();
        }
        if (!info.rest().isEmpty() && !info.rest().equals("/") && !info.isProxied()) {
            throw StatusException.notFound();
        }
        // OPTIONS is no verb, and is passed on as every other method is.
        boolean passedOn = info.isProxied() && info.verb().isEmpty();
        if (!passedOn && !subresource.verbs().contains(info.verb())) {
            throw StatusException.methodNotAllowed();
        }
        return switch (info.subresource()) {
            case "scale" -> scales.answer(call);
            case "binding" -> bindings.bind(call);
            case "eviction" -> evictions.evict(call);
            case "token" -> tokenRequests.create(call);
            case "log", "exec", "attach", "portforward", "proxy" -> forwarding.answer(call);
            default -> part(call);
        };
    }

    ApiResponse bind(Call call) {
        return bindings.bind(call);
    }

    /** A subresource that is a part of the object, such as its status: read and written as the whole object. */
    private ApiResponse part(Call call) {
        return switch (call.info.verb()) {
            case "get" -> getter.get(call);
            case "update" -> updater.update(call);
            case "patch" -> patcher.patch(call);
            default -> throw StatusException.methodNotAllowed();
        };
    }
}
