# Web, worker and the command line in one image. Debian: the Temporal SDK has no build for musl.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY migrations migrations
COPY workflows workflows
COPY src src
RUN node scripts/bootstrap.js build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
WORKDIR /app
RUN install -d -o node -g node -m 0700 /var/lib/uptake
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY templates templates
ENV HOST=0.0.0.0 DATA_DIR=/var/lib/uptake
USER node
VOLUME /var/lib/uptake
EXPOSE 8080
ENTRYPOINT ["node", "--disable-proto=delete"]
CMD ["dist/src/web.js"]
