package dev.proa.server.apiserver;

import dev.proa.server.admission.AdmissionChain;
import dev.proa.server.audit.Audit;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.authentication.Authenticators;
import dev.proa.server.authentication.ServiceAccountTokens;
import dev.proa.server.authorization.Authorization;
import dev.proa.server.catalog.ServedApis;
import dev.proa.server.flowcontrol.FlowControl;
import dev.proa.server.flowcontrol.MaxInFlight;
import dev.proa.server.metrics.ServerMetrics;
import dev.proa.server.store.Store;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What an API server is made of.
 *
 * @param apis what is served
 * @param flowControl null for {@link MaxInFlight} with its defaults
 * @param audit what is put on record of requests, and where; null for no audit log
 * @param authenticator reviews tokens
 * @param random for uids and generated names; must be safe for any thread
 */
public record ApiServerParts(
        Store store,
        ServedApis apis,
        AdmissionChain admission,
        Authorization authorization,
        ServiceAccountTokens tokens,
        InstantSource clock,
        RandomGenerator random,
        ServerMetrics metrics,
        @Nullable FlowControl flowControl,
        Audit.@Nullable Setup audit,
        Authenticator authenticator) {

    /** With the admission plugins and the limits of requests in flight that kube-apiserver has by default, and no audit log. */
    public ApiServerParts(
            Store store,
            ServedApis apis,
            Authorization authorization,
            ServiceAccountTokens tokens,
            InstantSource clock,
            RandomGenerator random,
            ServerMetrics metrics) {
        this(
                store,
                apis,
                new AdmissionChain(AdmissionPlugins.standard()),
                authorization,
                tokens,
                clock,
                random,
                metrics,
                null,
                null,
                Authenticators.ofTokens(tokens));
    }

    /** Reviews tokens by another authenticator than that of service accounts. */
    public ApiServerParts withAuthenticator(Authenticator other) {
        return new ApiServerParts(
                store, apis, admission, authorization, tokens, clock, random, metrics, flowControl, audit, other);
    }

    public ApiServerParts withAdmission(AdmissionChain chain) {
        return new ApiServerParts(
                store, apis, chain, authorization, tokens, clock, random, metrics, flowControl, audit, authenticator);
    }

    public ApiServerParts withAuthorizer(Authorizer other) {
        return new ApiServerParts(
                store,
                apis,
                admission,
                authorization.with(other),
                tokens,
                clock,
                random,
                metrics,
                flowControl,
                audit,
                authenticator);
    }

    public ApiServerParts withFlowControl(FlowControl other) {
        return new ApiServerParts(
                store, apis, admission, authorization, tokens, clock, random, metrics, other, audit, authenticator);
    }

    public ApiServerParts withAudit(Audit.@Nullable Setup setup) {
        return new ApiServerParts(
                store,
                apis,
                admission,
                authorization,
                tokens,
                clock,
                random,
                metrics,
                flowControl,
                setup,
                authenticator);
    }
}
