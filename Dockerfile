# One image for every service; the command says which (see compose.yaml).
FROM python:3.13-slim AS build
WORKDIR /source
RUN python -m venv /opt/telecine
COPY pyproject.toml constraints.txt README.md LICENSE ./
# The dependencies first, by way of an empty package: a change of ours then installs none of them again.
RUN mkdir -p services/telecine shared/telecine simulations/telecine \
 && /opt/telecine/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints.txt '.[judges,otel]' \
 && /opt/telecine/bin/pip uninstall --yes telecine
COPY services services
COPY shared shared
COPY simulations simulations
RUN /opt/telecine/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps .

FROM python:3.13-slim
RUN useradd --create-home --uid 10001 telecine && mkdir /data && chown telecine /data
COPY --from=build /opt/telecine /opt/telecine
COPY simulations/*.py /opt/telecine/simulations/
ENV PATH=/opt/telecine/bin:$PATH PYTHONUNBUFFERED=1 TELECINE_DATA=/data
USER telecine
WORKDIR /home/telecine
STOPSIGNAL SIGTERM
ENTRYPOINT ["telecine"]
CMD ["settings"]
