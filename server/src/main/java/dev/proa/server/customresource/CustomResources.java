package dev.proa.server.customresource;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.apiextensions.v1.CustomResourceDefinitionVersion;
import dev.proa.api.resource.ResourceType;
import dev.proa.api.resource.ResourceType.Subresource;
import dev.proa.api.typed.MergeType;
import dev.proa.api.typed.StructuralTypes;
import dev.proa.api.value.MapValue;
import dev.proa.server.apiextensions.Coercion;
import dev.proa.server.apiextensions.CustomResource;
import dev.proa.server.apiextensions.CustomResourceValidation;
import dev.proa.server.apiextensions.DefinitionConditions;
import dev.proa.server.apiextensions.MetadataReader;
import dev.proa.server.apiextensions.PublishedSchemas;
import dev.proa.server.apiextensions.RuleValidation;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.table.TableFormat;
import dev.proa.server.webhook.WebhookClient;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** Makes the endpoints of custom resources from their definitions. Safe for any thread. */
public final class CustomResources {
    /** In the order of Kubernetes' discovery. */
    private static final List<String> VERBS =
            List.of("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch");

    private static final List<String> SUBRESOURCE_VERBS = List.of("get", "patch", "update");

    private final Coercion coercion;
    private final RuleValidation rules;
    private final WebhookClient webhooks;
    private final ConversionMetrics metrics;

    /**
     * @param metadata reads the metadata of objects
     * @param rules checks {@code x-kubernetes-validations}
     * @param webhooks calls conversion webhooks
     * @param registry where their metrics are registered, with the first call
     */
    public CustomResources(
            MetadataReader metadata, RuleValidation rules, WebhookClient webhooks, PrometheusRegistry registry) {
        this.coercion = new Coercion(metadata);
        this.rules = rules;
        this.webhooks = webhooks;
        this.metrics = new ConversionMetrics(registry);
    }

    /** Another text when requests for the resources of a definition are answered in another way than before. */
    public static String identity(CustomResourceDefinition definition) {
        return served(definition) + '/' + isTerminating(definition);
    }

    /** The same but for requests that change something, which nobody may any more while a definition is being deleted. */
    private static String served(CustomResourceDefinition definition) {
        long generation = definition.metadata().generation();
        // A delete counts as a change.
        long specs = definition.isDeleting() ? generation - 1 : generation;
        return definition.metadata().uid()
                + '/'
                + specs
                + '/'
                + definition.status().acceptedNames().value();
    }

    private static boolean isTerminating(CustomResourceDefinition definition) {
        return DefinitionConditions.isTrue(definition, DefinitionConditions.TERMINATING);
    }

    /**
     * The endpoints of the versions that a definition has served, under the names that it was given. While it is being deleted, its
     * objects are reached in the stored version even if that is not served, so that nothing need be converted.
     */
    public List<Endpoint> endpoints(CustomResourceDefinition definition) {
        CustomResourceDefinition named =
                definition.withSpec(spec -> spec.withNames(definition.status().acceptedNames()));
        List<CustomResource> versions = CustomResource.of(named.value());
        boolean terminating = isTerminating(definition);
        String storageVersion = versions.stream()
                .filter(CustomResource::isStored)
                .map(CustomResource::apiVersion)
                .findFirst()
                .orElseThrow();
        MapValue conversionSpec = definition.value().map("spec").map("conversion");
        Conversion conversion = conversionSpec.string("strategy").equals("Webhook")
                ? new WebhookConversion(
                        definition.name(), storageVersion, conversionSpec.map("webhook"), webhooks, metrics)
                : new Conversion.None(storageVersion);
        List<Endpoint> endpoints = new ArrayList<>(versions.size());
        for (CustomResource resource : versions) {
            if (resource.served() || terminating && resource.isStored()) {
                Endpoint endpoint = endpoint(resource, conversion, named, served(definition));
                endpoints.add(terminating ? endpoint.terminating() : endpoint);
            }
        }
        return endpoints;
    }

    private Endpoint endpoint(
            CustomResource resource, Conversion conversion, CustomResourceDefinition definition, String identity) {
        CustomResourceValidation validation = new CustomResourceValidation(resource, rules);
        List<Subresource> subresources = new ArrayList<>(2);
        if (resource.scale() != null) {
            subresources.add(new Subresource("scale", "autoscaling", "v1", "Scale", SUBRESOURCE_VERBS));
        }
        if (resource.hasStatus()) {
            subresources.add(new Subresource(
                    "status", resource.group(), resource.version(), resource.kind(), SUBRESOURCE_VERBS));
        }
        ResourceType type = new ResourceType(
                resource.group(),
                resource.version(),
                resource.kind(),
                resource.listKind(),
                resource.plural(),
                resource.singular(),
                resource.namespaced(),
                VERBS,
                definition.spec().names().shortNames(),
                definition.spec().names().categories(),
                hash(conversion.storageVersion() + "/" + resource.kind()),
                subresources);
        // The definition is kept anyway, by whoever watches it: what is seldom asked for is made from it again.
        return Endpoint.custom(
                type,
                () -> new CustomResourceStrategy(
                        resource, coercion, conversion, validation, mergeType(definition, resource.version())),
                () -> TableFormat.custom(resource.printerColumns()),
                PublishedSchemas.source(definition.value(), resource.version()),
                identity);
    }

    private static MergeType mergeType(CustomResourceDefinition definition, String name) {
        for (CustomResourceDefinitionVersion version : definition.spec().versions()) {
            if (version.name().equals(name)) {
                return StructuralTypes.ofResource(version.value().map("schema").map("openAPIV3Schema"));
            }
        }
        throw new IllegalArgumentException(definition.name() + " has no version " + name);
    }

    /** As Kubernetes hashes the version that objects are stored in. */
    private static String hash(String storedKind) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(storedKind.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(Arrays.copyOf(digest, 8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every Java", e);
        }
    }
}
