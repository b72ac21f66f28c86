# The worker, and chat. It runs from its sources: no build step, so that what is in the image is what is in the repository.
FROM node:20.20.2-bookworm-slim

WORKDIR /opt/lockstep
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

# For boxes with `stage: push`: the worker fetches for them.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates git openssh-client && rm -rf /var/lib/apt/lists/*

COPY tsconfig.json ./
COPY activities activities
COPY box box
COPY chatops chatops
COPY codec codec
COPY deploy deploy
COPY domain domain
COPY embedded embedded
COPY mirror mirror
COPY sandbox sandbox
COPY starters starters
COPY workers workers
COPY workflows workflows

ENV NODE_ENV=production
USER node
# No shell between: SIGTERM reaches the worker, which gives steps in flight back.
ENTRYPOINT ["node", "--import", "tsx", "workers/main.ts"]
