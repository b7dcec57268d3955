# The program in an image of its own:
#   docker build -t moonshift .
#   docker run --rm -v "$PWD:/app" -u "$(id -u)" -e DATABASE_URL=... moonshift upgrade head
# A project's image that migrates by itself: `moonshift init -t docker`.
FROM debian:12 AS build
WORKDIR /src
COPY scripts/install-deps scripts/install-deps
RUN scripts/install-deps --build
COPY CMakeLists.txt LICENSE ./
COPY cmake cmake
COPY src src
COPY lua lua
COPY docs docs
COPY examples examples
RUN cmake -G Ninja -S . -B build -DSTATIC=ON -DCMAKE_BUILD_TYPE=Release \
    && ninja -C build \
    && DESTDIR=/out cmake --install build --prefix /usr --strip

FROM debian:12-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpq5 libcjson1 ca-certificates \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/usr/bin/moonshift /usr/bin/moonshift
WORKDIR /app
ENTRYPOINT ["moonshift"]
CMD ["--help"]
